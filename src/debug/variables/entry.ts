// Entries of the Variables view: what they show, how they open, and what setting them does.
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { TensorRef } from '../../shared/core/recording';

/** One line of the Variables view. */
export interface Entry {
  name: string;
  value: string;
  type?: string;
  /** Expression that gives the same value: for Watch, hover and data breakpoints. */
  expression?: string;
  /** What it opens to. */
  open?: Opening;
  /** The recorded tensor whose bytes `readMemory` gives. */
  tensor?: TensorRef;
  /** Sets it to what the user typed; gives what is shown then. Rejects with a message for the user. */
  set?: (text: string) => Promise<string>;
  /** For the context menu: `layer`, `tensor`. */
  kind?: string;
}

/** What an entry opens to: named entries, and values by index, a page at a time. */
export interface Opening {
  named: () => Entry[];
  indexed?: {
    count: number;
    page: (start: number, count: number) => Promise<Entry[]>;
    /** Index of the entry of this name. */
    indexOf: (name: string) => number | undefined;
  };
}

/** Memory references name a recorded tensor. */
export function memoryReferenceOf({ role, name, call }: TensorRef): string {
  return JSON.stringify([role, name, call]);
}

/** Hands out references to what can be opened; all of them end when the training goes on. */
export class OpenEntries {
  private openings: Opening[] = [];

  /** A reference for something to open; 0 where there is nothing. */
  reference(opening: Opening | undefined): number {
    return opening ? this.openings.push(opening) : 0;
  }

  get(reference: number): Opening | undefined {
    return this.openings[reference - 1];
  }

  /** The entry as the protocol has it. */
  shown(entry: Entry): DebugProtocol.Variable {
    const { name, value, type, expression, open, tensor, kind } = entry;
    return {
      ...{ name, value, variablesReference: this.reference(open) },
      ...(type !== undefined && { type }),
      ...(expression !== undefined && { evaluateName: expression }),
      ...(open?.indexed && { indexedVariables: open.indexed.count, namedVariables: 1 }),
      ...(tensor && { memoryReference: memoryReferenceOf(tensor) }),
      ...(!entry.set && { presentationHint: { attributes: ['readOnly'] } }),
      ...(kind !== undefined && { __vscodeVariableMenuContext: kind }),
    };
  }

  clear(): void {
    this.openings = [];
  }
}
