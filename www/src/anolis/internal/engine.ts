import type { Backend } from '../public/options.js';

/** The class the WebAssembly glue exports; one call at a time. */
export interface Engine {
  addShard(file: string, bytes: Uint8Array): void;
  start(): void;
  readonly warmUpSteps: number;
  warmUp(step: number): Promise<void>;
  selfTest(): Promise<SelfTest>;
  readonly backend: Backend;
  readonly weightsHash: string;
  readonly side: number;
  addImage(rgba: Uint8Array, width: number, height: number): Promise<number>;
  removeImage(image: number): void;
  addTask(kind: string, channels: string[]): number;
  removeTask(task: number): void;
  setLabel(task: number, image: number, label: Uint8Array, width: number, height: number): void;
  removeLabel(task: number, image: number): void;
  predictReadout(task: number, image: number, width: number, height: number): Float32Array;
  predict(task: number, image: number, width: number, height: number): Promise<Float32Array>;
  free(): void;
}

/** How the golden input came out on this machine. */
export interface SelfTest {
  readonly cosine: number;
  readonly finite: boolean;
  readonly passed: boolean;
}

/** The glue module. */
export interface Glue {
  default(input: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  readonly Engine: { create(manifestJson: string): Promise<Engine> };
}
