/** A node's settings, drawn from its kind's schema: nothing here knows a particular kind. */
import { isShown, parametersOf, type Parameter } from '#shared/nodes/parameters.ts';
import type { NodeKind } from '#shared/nodes/kind.ts';
import { changeParameters } from '#renderer/store/edits.ts';
import { ChoiceField, SwitchField } from './fields/choice-field.tsx';
import { CorrectionsField } from './fields/corrections-field.tsx';
import type { FieldProps } from './fields/field.tsx';
import { NumberField } from './fields/number-field.tsx';
import { FolderField, ModelField } from './fields/path-fields.tsx';
import { LogField, SliderField } from './fields/slider-field.tsx';
import { StageField } from './fields/stage-field.tsx';
import { NoteField, TextField, WidthsField } from './fields/text-fields.tsx';
import classes from './inspector.module.css';

interface Props {
  readonly id: string;
  readonly kind: NodeKind;
  /** With defaults filled in. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What the kind proposes in the light of the other settings. */
  readonly usual: Readonly<Record<string, unknown>>;
}

export function ParameterForm({ id, kind, values, usual }: Props) {
  const shown = parametersOf(kind).filter((parameter) => isShown(parameter, values));
  const everyday = shown.filter(({ meta }) => meta.expert !== true);
  const expert = shown.filter(({ meta }) => meta.expert === true);
  const field = (parameter: Parameter) => (
    <Field
      key={parameter.name}
      parameter={parameter}
      value={values[parameter.name]}
      usual={usual[parameter.name]}
      onChange={(value) => changeParameters(id, { [parameter.name]: value }, parameter.name)}
    />
  );
  return (
    <div className={classes['form']}>
      {everyday.map(field)}
      {expert.length > 0 && (
        <details className={classes['fold']}>
          <summary>Expert</summary>
          <div className={classes['form']}>{expert.map(field)}</div>
        </details>
      )}
    </div>
  );
}

function Field(props: FieldProps) {
  const { type, meta } = props.parameter;
  switch (meta.control) {
    case 'folder':
      return <FolderField {...props} />;
    case 'model-file':
      return <ModelField {...props} />;
    case 'stage':
      return <StageField {...props} />;
    case 'log':
      return <LogField {...props} />;
    case 'slider':
      return <SliderField {...props} />;
    case 'widths':
      return <WidthsField {...props} />;
    case 'text':
      return <NoteField {...props} />;
    case 'corrections':
      return <CorrectionsField {...props} />;
    case undefined:
  }
  switch (type.type) {
    case 'number':
      return <NumberField {...props} />;
    case 'choice':
      return <ChoiceField {...props} />;
    case 'switch':
      return <SwitchField {...props} />;
    case 'widths':
      return <WidthsField {...props} />;
    case 'text':
      return <TextField {...props} />;
    // Lists of objects have a control of their own.
    case 'records':
      return null;
  }
}
