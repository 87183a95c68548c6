import { Button, FileButton, Group, MultiSelect, Select, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FileUp } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { given } from '../../../parts/address/given.ts';
import { FormDialog, type FaultOf } from '../../../parts/dialogs/form-dialog.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { counted } from '../../../parts/values/figures.ts';
import { readHeader } from './read-header.ts';

/** Roles that one column takes, in the order in which people think of them. */
const ROLES = [
  ['label', 'Late or not', 'two values, or several of which you say below which count'],
  ['time', 'When the prediction is wanted', 'a date; rows are then split by time'],
  ['due', 'Planned end', 'without it the date before'],
  ['delay', 'Days late', 'never a feature; what a model of days learns'],
  ['group', 'Group', 'rows of one are never torn apart'],
  ['site', 'Site', 'where it was'],
  ['id', 'Name of the activity', 'without it the hash of its row'],
] as const;

type Role = (typeof ROLES)[number][0];
interface Opened {
  source: string;
  csv: string;
  header: string[];
}

/** Takes a table from this desk: the server reads it by what is said of its columns, and keeps it as a version. */
export function ImportTable() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="xs" leftSection={<FileUp size={14} aria-hidden />} onClick={() => setOpen(true)}>
        Import a table
      </Button>
      {isOpen && <Dialog onClose={() => setOpen(false)} />}
    </>
  );
}

function Dialog({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [file, setFile] = useState<Opened>();
  const [name, setName] = useState('');
  const [roles, setRoles] = useState<Partial<Record<Role, string>>>({});
  const [positive, setPositive] = useState('');
  const [ignore, setIgnore] = useState<string[]>([]);
  const [unreadable, setUnreadable] = useState<unknown>();
  const open = async (chosen: File | null) => {
    if (chosen === null) return;
    setUnreadable(undefined);
    try {
      const csv = await chosen.text();
      setFile({ source: chosen.name, csv, header: await readHeader(csv) });
      setName((before) => (before === '' ? nameOf(chosen.name) : before));
    } catch (error) {
      setUnreadable(error);
    }
  };
  const act = async () => {
    if (file === undefined) return;
    const { source, csv } = file;
    const said = given({ positive: positive.trim() || undefined, ignore: ignore.length === 0 ? undefined : ignore });
    const body = { name: name.trim(), source, csv, roles: { ...roles, ...said } };
    const made = await answered(api.POST('/api/v1/datasets/tables', { body }));
    await queries.invalidateQueries({ queryKey: ['datasets'] });
    await navigate({
      to: '/data/datasets/$name/$version',
      params: { name: made.name, version: made.version },
    });
  };
  return (
    <FormDialog
      title="Import a table"
      about="A CSV with a header. It becomes a version that never changes, with a report of its quality; nothing is trained by it."
      verb="Import it"
      leave="Import nothing"
      size="lg"
      isReady={file !== undefined && name.trim() !== ''}
      act={act}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <Group>
            <FileButton onChange={(chosen) => void open(chosen)} accept=".csv,text/csv">
              {(props) => (
                <Button {...props} variant="default" leftSection={<FileUp size={15} aria-hidden />}>
                  Choose a file
                </Button>
              )}
            </FileButton>
            <Text size="sm" role="status">
              {file === undefined ? 'No file yet.' : `${file.source}: ${counted(file.header.length, 'column')}`}
            </Text>
          </Group>
          {unreadable !== undefined && <ProblemView problem={unreadable} />}
          <TextInput
            label="Name of the dataset"
            required
            value={name}
            error={faultOf('name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {file !== undefined && (
            <Roles header={file.header} roles={roles} faultOf={faultOf} onChange={(next) => setRoles(given(next))} />
          )}
          {file !== undefined && (
            <>
              <TextInput
                label="What counts as late"
                description="a value of that column, or a condition such as slip > 10"
                value={positive}
                error={faultOf('roles.positive') ?? faultOf('positive')}
                onChange={(event) => setPositive(event.currentTarget.value)}
              />
              <MultiSelect
                label="Columns that are no features"
                data={file.header}
                value={ignore}
                searchable
                clearable
                clearButtonProps={{ 'aria-label': 'Leave out no column' }}
                onChange={setIgnore}
              />
            </>
          )}
        </>
      )}
    </FormDialog>
  );
}

function Roles({
  header,
  roles,
  faultOf,
  onChange,
}: {
  header: readonly string[];
  roles: Partial<Record<Role, string>>;
  faultOf: FaultOf;
  onChange: (roles: Partial<Record<Role, string | undefined>>) => void;
}) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      {ROLES.map(([role, label, description]) => (
        <Select
          key={role}
          label={label}
          description={description}
          placeholder="no column"
          data={[...header]}
          value={roles[role] ?? null}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': `No column for: ${label}` }}
          error={faultOf(`roles.${role}`) ?? faultOf(role)}
          onChange={(column) => onChange({ ...roles, [role]: column ?? undefined })}
        />
      ))}
    </SimpleGrid>
  );
}

/** `late activities.csv` → `late-activities`: what a dataset may be called. */
function nameOf(file: string): string {
  return file
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
}
