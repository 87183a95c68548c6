import { CodedError } from '@plumbline/shared/errors';

export type NodeAgentErrorCode =
  | 'config_invalid'
  | 'state_unwritable'
  | 'profile_undetected'
  | 'device_key_malformed'
  | 'trial_unavailable'
  | 'runtime_missing' // no ONNX Runtime is installed beside the agent
  | 'clock_backwards'
  | 'insecure_url'
  | 'port_busy'
  | 'listen_failed'
  | 'agent_not_running' // the process of a state folder, asked for by a command
  | 'agent_silent'
  | 'file_unreadable'
  | 'request_malformed'
  | 'request_timeout'
  | 'token_missing' // on the site network every request but a health check carries one
  | 'token_unknown'
  | 'scope_missing' // the token may read and not write
  | 'too_many_failures'
  | 'too_many_readers'
  | 'activity_unknown'
  | 'bundle_unknown'
  | 'file_changed'
  | 'source_refused' // the broker of a source was reached and said no
  | 'request_not_local'
  | 'no_such_route';

/** Refusals of the gateway process itself; those of the core and of the ports keep their own codes. */
export class NodeAgentError extends CodedError<NodeAgentErrorCode> {
  override readonly name = 'NodeAgentError';
}
