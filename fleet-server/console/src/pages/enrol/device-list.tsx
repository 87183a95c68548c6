import {
  Alert,
  Button,
  Code,
  FileButton,
  Group,
  List,
  NumberInput,
  Stack,
  Switch,
  Text,
  Textarea,
} from '@mantine/core';
import { FileUp } from 'lucide-react';
import { useEffect, useState, type DragEvent } from 'react';
import { answered, api } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { counted } from '../../parts/values/figures.ts';
import { Section } from '../../parts/page/section.tsx';
import { MadeList } from './made-list.tsx';
import { COLUMNS, readList, type DeviceListRead } from './read-list.ts';
import type { MadeToken } from './token-of.ts';

const EXAMPLE = 'site,device,tags,profile,zone,region\nnorth-yard,gateway-north,crane;pilot,,Europe/Berlin,north';
const SHOWN_FAULTS = 50;
const WEEK_HOURS = 168;

/** Many devices from a CSV file: all of them get a code, or none does. */
export function DeviceList() {
  const [text, setText] = useState('');
  const [read, setRead] = useState<DeviceListRead>();
  const [hours, setHours] = useState<number | string>(WEEK_HOURS);
  const [isCompared, setCompared] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [made, setMade] = useState<MadeToken[]>();
  useEffect(() => {
    let isOld = false;
    setProblem(undefined);
    if (text.trim() === '') setRead(undefined);
    else void readList(text).then((next) => !isOld && setRead(next));
    return () => {
      isOld = true;
    };
  }, [text]);
  const take = (file: File | null | undefined) => {
    if (file !== null && file !== undefined) void file.text().then(setText);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  };
  const submit = async () => {
    if (read === undefined) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const body = {
        tokens: read.devices,
        hours: Number(hours),
        approval: isCompared ? ('required' as const) : ('policy' as const),
      };
      setMade((await answered(api.POST('/api/v1/tokens/batch', { body }))).tokens);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  if (made !== undefined) return <MadeList tokens={made} onAnother={() => (setMade(undefined), setText(''))} />;
  const faults = [...(read?.faults ?? []), ...faultsOf(problem)];
  const sites = new Set(read?.devices.map(({ site }) => site));
  return (
    <Section
      title="The list"
      about={
        <>
          A line for each device; the columns are <Code>{COLUMNS.join(',')}</Code>, in any order, all but the first two
          may be left out. Zone and region are of the site, and are written where the register does not know it.
        </>
      }
      actions={
        <FileButton onChange={take} accept=".csv,text/csv,text/plain">
          {(props) => (
            <Button {...props} variant="default" leftSection={<FileUp size={15} aria-hidden />}>
              Open a file
            </Button>
          )}
        </FileButton>
      }
    >
      <Stack onDrop={drop} onDragOver={(event) => event.preventDefault()}>
        <Textarea
          label="CSV"
          description="Paste it, drop a file here, or open one"
          placeholder={EXAMPLE}
          autosize
          minRows={6}
          maxRows={16}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <div role="status">
          {read !== undefined && (
            <Text size="sm" c="dimmed">
              {counted(read.devices.length, 'device')} at {counted(sites.size, 'site')}
              {read.faults.length === 0
                ? '; every line can be read.'
                : `; ${counted(read.faults.length, 'line')} cannot be read.`}
            </Text>
          )}
        </div>
        {faults.length > 0 && (
          <Alert color="orange" title="No code was made: mend these lines">
            <List size="sm">
              {faults.slice(0, SHOWN_FAULTS).map((fault) => (
                <List.Item key={fault}>{fault}</List.Item>
              ))}
            </List>
            {faults.length > SHOWN_FAULTS && <Text size="sm">and {faults.length - SHOWN_FAULTS} more</Text>}
          </Alert>
        )}
        <Group align="flex-end">
          <NumberInput label="Hours the codes are good" min={1} max={720} value={hours} onChange={setHours} w={230} />
          <Switch
            label="A person compares fingerprints before a device gets its name"
            checked={isCompared}
            onChange={(event) => setCompared(event.currentTarget.checked)}
            pb={8}
          />
        </Group>
        {problem !== undefined && faultsOf(problem).length === 0 && <ProblemView problem={problem} />}
        <Group>
          <Button
            loading={isBusy}
            disabled={read === undefined || read.faults.length > 0 || read.devices.length === 0 || hours === ''}
            onClick={() => void submit()}
          >
            {read === undefined || read.devices.length === 0
              ? 'Make the codes'
              : `Make ${counted(read.devices.length, 'code')}`}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}

/** Of a list that the server refused: every bad line, one a line of its answer. */
function faultsOf(problem: unknown): string[] {
  return problem instanceof ApiProblem && problem.code === 'tokens_invalid' ? problem.message.split('\n') : [];
}
