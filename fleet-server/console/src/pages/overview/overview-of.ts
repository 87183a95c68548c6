import type { paths } from '../../api/schema.generated.ts';

/** What the server answers to `GET /api/v1/overview`. */
export type OverviewOf = paths['/api/v1/overview']['get']['responses'][200]['content']['application/json'];
