/**
 * What is known of the data folder and the backbone that a document names. Asked for with every edit: the engine keeps
 * what it listed until a folder changes, and here answers are kept until the backbone's file does. Failures become
 * problems that name their node.
 */
import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { GraftDocument, GraphNode } from '#shared/document/model.ts';
import { GraftError, toProblem, type Problem } from '#shared/messages/error.ts';
import { backbone as backboneKind, builtInFile, isModelFile } from '#shared/nodes/backbone.ts';
import type { BackboneFacts, DatasetFacts, Facts } from '#shared/nodes/facts.ts';
import { imageFolder } from '#shared/nodes/image-folder.ts';
import { split as splitKind } from '#shared/nodes/split.ts';
import type { EngineInput } from '#shared/protocol/engine.ts';
import type { Supervisor } from './supervisor.ts';
import type { TrustedComputers } from './trusted-computers.ts';

/** Answers kept. */
const keptAnswers = 32;
/** What a slow disk reads of a model, bytes per second; a file gets the time for that, beside what any question gets. */
const slowDisk = 20e6;

export class FactsService {
  readonly #supervisor: Supervisor;
  readonly #resources: string;
  readonly #trusted: TrustedComputers;
  readonly #backbones = new Memory<BackboneFacts>(keptAnswers);

  constructor(supervisor: Supervisor, resources: string, trusted: TrustedComputers) {
    this.#supervisor = supervisor;
    this.#resources = resources;
    this.#trusted = trusted;
  }

  /** Facts of a document whose paths are absolute. Never throws for what the document says. */
  async gather(document: GraftDocument): Promise<Facts> {
    const problems: Problem[] = [];
    const attempt = async <Value>(
      node: GraphNode | undefined,
      get: (node: GraphNode) => Promise<Value | undefined>,
    ) => {
      if (!node) return undefined;
      try {
        return await get(node);
      } catch (error) {
        problems.push({ ...toProblem(error), node: node.id });
        return undefined;
      }
    };
    const find = (kind: string): GraphNode | undefined => document.nodes.find((node) => node.kind === kind);
    const [dataset, backbone] = await Promise.all([
      attempt(find(imageFolder.kind), (node) => this.#datasetOf(node, find(splitKind.kind))),
      attempt(find(backboneKind.kind), (node) => this.#backboneOf(node)),
    ]);
    return { ...(dataset ? { dataset } : {}), ...(backbone ? { backbone } : {}), problems };
  }

  /** Throws the `data.*` errors. */
  async dataset(input: EngineInput<'describeDataset'>): Promise<DatasetFacts> {
    await this.#trusted.requirePath(input.path);
    return this.#supervisor.call('assistant', 'describeDataset', input);
  }

  /**
   * `model` is a built-in backbone's id or a file, relative to the document at `documentPath` or absolute.
   * Throws the `model.*` errors.
   */
  async backbone(model: string, documentPath: string): Promise<BackboneFacts> {
    const { id, path } = this.modelFile(model, documentPath);
    await this.#trusted.requirePath(path);
    const found = await stat(path).catch(() => undefined);
    if (!found)
      throw new GraftError(isModelFile(model) ? 'model.file-missing' : 'model.unknown-backbone', { path, id });
    const key = JSON.stringify([path, found.mtimeMs, found.size]);
    const moreSeconds = found.size / slowDisk;
    return this.#backbones.get(key, () =>
      this.#supervisor.call('assistant', 'describeBackbone', { path, id }, { moreSeconds }),
    );
  }

  /** Where the file of a backbone is, and the id it goes by. Throws `model.unknown-backbone` for what can be no id. */
  modelFile(model: string, documentPath: string): { id: string; path: string } {
    if (!isModelFile(model)) return { id: model, path: join(this.#resources, builtInFile(model)) };
    const path = isAbsolute(model) ? model : resolve(documentPath === '' ? '.' : join(documentPath, '..'), model);
    return { id: path, path };
  }

  async #datasetOf(node: GraphNode, splitNode: GraphNode | undefined): Promise<DatasetFacts | undefined> {
    const data = imageFolder.schema.safeParse(node.parameters);
    const split = splitKind.schema.safeParse(splitNode?.parameters ?? {});
    // Bad parameters and a missing folder are the document's own checks to report.
    if (!data.success || !split.success || data.data.path === '') return undefined;
    return this.dataset({ ...data.data, ...split.data });
  }

  async #backboneOf(node: GraphNode): Promise<BackboneFacts | undefined> {
    const parameters = backboneKind.schema.safeParse(node.parameters);
    return parameters.success ? this.backbone(parameters.data.model, '') : undefined;
  }
}

/** The most recent answers by key. Two askers share one question; a failure is not remembered. */
class Memory<Value> {
  readonly #capacity: number;
  readonly #answers = new Map<string, Promise<Value>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string, ask: () => Promise<Value>): Promise<Value> {
    const known = this.#answers.get(key);
    this.#answers.delete(key);
    const answer = known ?? ask();
    this.#answers.set(key, answer);
    if (!known) answer.catch(() => this.#answers.delete(key));
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#capacity && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }
}
