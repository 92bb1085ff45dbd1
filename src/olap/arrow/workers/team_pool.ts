import { type TeamAnswer, type TeamStatement, WorkerTeam } from "./worker_team.ts";

/** Statements that run at the same time; further ones wait for one of them to end. */
const TEAMS_MAX = 4;

/** Teams of threads, made when statements need them. */
export class TeamPool {
  readonly #size: number;
  readonly #idle: WorkerTeam[] = [];
  readonly #busy = new Set<WorkerTeam>();
  readonly #waiting: (() => void)[] = [];

  /** @param size Threads of each team. */
  constructor(size: number) {
    this.#size = size;
  }

  /** See {@linkcode WorkerTeam.run}. */
  async run(statement: TeamStatement, signal: AbortSignal | undefined): Promise<TeamAnswer> {
    const team = await this.#take();
    try {
      return await team.run(statement, signal);
    } finally {
      this.#busy.delete(team);
      if (team.isAlive) this.#idle.push(team);
      this.#waiting.shift()?.();
    }
  }

  /** Ends all threads; nothing runs any more. */
  async close(): Promise<void> {
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map((team) => team.terminate()));
  }

  async #take(): Promise<WorkerTeam> {
    while (this.#idle.length === 0 && this.#busy.size >= TEAMS_MAX) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    let team = this.#idle.pop();
    // A thread may have failed after its statement.
    while (team !== undefined && !team.isAlive) team = this.#idle.pop();
    team ??= new WorkerTeam(this.#size);
    this.#busy.add(team);
    return team;
  }
}
