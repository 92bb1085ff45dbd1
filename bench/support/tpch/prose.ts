import { Random, weighted } from "./random.ts";
import { ADJECTIVES, ADVERBS, AUXILIARIES, NOUNS, PREPOSITIONS, TERMINATORS, VERBS } from "./words.ts";

/** Of the text that comments are cut from. */
const PROSE_LENGTH = 16 * 2 ** 20;

const noun = weighted(NOUNS);
const verb = weighted(VERBS);
const adjective = weighted(ADJECTIVES);
const adverb = weighted(ADVERBS);
const preposition = weighted(PREPOSITIONS);
const terminator = weighted(TERMINATORS);

/** The specification's grammar (4.2.2.14): N noun phrase, V verb phrase, P prepositional phrase. */
const sentence = weighted(new Map([["NV", 3], ["NVP", 3], ["NVN", 3], ["NPVN", 1], ["NPVP", 1]]));
const nounPhrase = weighted<(random: Random) => string>(
  new Map([
    [noun, 10],
    [(random) => `${adjective(random)} ${noun(random)}`, 20],
    [(random) => `${adjective(random)}, ${adjective(random)} ${noun(random)}`, 10],
    [(random) => `${adverb(random)} ${adjective(random)} ${noun(random)}`, 50],
  ]),
);
const verbPhrase = weighted<(random: Random) => string>(
  new Map([
    [verb, 30],
    [(random) => `${random.pick(AUXILIARIES)} ${verb(random)}`, 1],
    [(random) => `${verb(random)} ${adverb(random)}`, 40],
    [(random) => `${random.pick(AUXILIARIES)} ${verb(random)} ${adverb(random)}`, 1],
  ]),
);

function phrase(kind: string, random: Random): string {
  if (kind === "N") return nounPhrase(random)(random);
  return kind === "V" ? verbPhrase(random)(random) : `${preposition(random)} the ${nounPhrase(random)(random)}`;
}

/** A long text of which comments are pieces, as the specification's generator has it: they begin and end within words. */
export class Prose {
  readonly #text: string;

  constructor(seed: number) {
    const random = new Random(seed);
    const sentences: string[] = [];
    for (let length = 0; length < PROSE_LENGTH;) {
      const phrases = [...sentence(random)].map((kind) => phrase(kind, random));
      const next = `${phrases.join(" ")}${terminator(random)} `;
      sentences.push(next);
      length += next.length;
    }
    this.#text = sentences.join("");
  }

  /** A piece of `from … to` characters. */
  piece(random: Random, from: number, to: number): string {
    const length = random.between(from, to);
    const start = random.below(this.#text.length - length);
    return this.#text.slice(start, start + length);
  }
}
