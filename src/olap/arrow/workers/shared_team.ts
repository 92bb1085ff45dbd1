import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { seal, type Sealed, unseal } from "../../../types/mod.ts";
import { type Team, TeamFailure } from "../physical/team.ts";
import { CONTROL, DIVISIONS } from "./team_protocol.ts";

interface Message {
  readonly statement: number;
  readonly meeting: number;
  readonly value: Sealed<unknown>;
}

/** How long a thread looks again and again whether the others have come before it sleeps: about as long as waking it takes. */
const SPINS = 2000;

/** A thread that sleeps looks this often whether another has failed. */
const LOOK_MS = 20;

/** One thread's view of the team that runs one statement. Threads meet at numbered points and pass messages before each. */
export class SharedTeam implements Team {
  readonly size: number;
  readonly index: number;
  readonly #control: Int32Array;
  readonly #ports: readonly (MessagePort | null)[];
  readonly #statement: number;
  #meetings = 0;
  #divisions = 0;

  /** @param ports To the other threads, by index. */
  constructor(control: Int32Array, ports: readonly (MessagePort | null)[], index: number, statement: number) {
    this.size = ports.length;
    this.index = index;
    this.#control = control;
    this.#ports = ports;
    this.#statement = statement;
  }

  divide(): () => number {
    const number = this.#divisions++;
    const control = this.#control;
    // All threads have left the division before the last, as they met since: its counter can serve the one after the next.
    if (this.index === 0) Atomics.store(control, counterOf(number + 2), 0);
    const counter = counterOf(number);
    return () => Atomics.add(control, counter, 1);
  }

  exchange<T>(value: T): readonly T[] {
    const meeting = ++this.#meetings;
    const message: Message = { statement: this.#statement, meeting, value: seal(value) };
    for (const port of this.#ports) port?.postMessage(message);
    this.#meet(meeting);
    return this.#ports.map((port) => port === null ? value : this.#receive(port, meeting) as T);
  }

  /** Waits until all threads have come. */
  #meet(meeting: number): void {
    const control = this.#control;
    if (Atomics.add(control, CONTROL.arrived, 1) + 1 === meeting * this.size) {
      Atomics.store(control, CONTROL.passed, meeting);
      Atomics.notify(control, CONTROL.passed);
      return;
    }
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, CONTROL.passed) >= meeting) return;
    while (Atomics.load(control, CONTROL.passed) < meeting) {
      if (Atomics.load(control, CONTROL.failed) !== 0) throw new TeamFailure("another thread has failed");
      Atomics.wait(control, CONTROL.passed, meeting - 1, LOOK_MS);
    }
  }

  /** The other's message for a meeting, which it sent before it came; those of statements that failed are passed over. */
  #receive(port: MessagePort, meeting: number): unknown {
    while (true) {
      const message = receiveMessageOnPort(port)?.message as Message | undefined;
      if (message === undefined) throw new TeamFailure("a message of another thread is lost");
      if (message.statement === this.#statement && message.meeting === meeting) return unseal(message.value);
    }
  }
}

function counterOf(division: number): number {
  return CONTROL.work + (division % DIVISIONS) * 16;
}
