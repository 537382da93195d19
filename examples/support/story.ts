// Text of a small made-up grammar: what a language model learns where there is no book. The verb and the pronoun agree with
// the sentence's subject, so that the model has to look back for it; how well the text can be foretold at all is known.
import { rand } from "sedge";

const NOUNS = ["cat", "dog", "bird", "girl", "boy", "farmer", "king", "robot"];
const ADJECTIVES = ["small", "old", "quiet", "happy"];
const ACTIONS = ["see", "like", "help", "follow"];
const ENDS = ["sleep", "sing", "wait", "laugh"];
/** By number: words before the noun, the noun's and the verb's endings, the pronoun. */
const SINGULAR = { articles: ["the", "a", "one"], noun: "", verb: "s", pronoun: "it" };
const PLURAL = { articles: ["the", "two", "many"], noun: "s", verb: "", pronoun: "they" };
const NUMBERS = [SINGULAR, PLURAL];

/** Choices in a sentence, at most. */
const MOST_CHOICES = 12;

/** Such as `the old cat helps two robots, and it sings.` */
const SENTENCE = (() => {
  const any = (words: readonly string[]): string => `(?:${words.join("|")})`;
  const phrase = ({ articles, noun }: typeof SINGULAR): string =>
    `${any(articles)} (?:${any(ADJECTIVES)} )?${any(NOUNS)}${noun}`;
  const sentence = (subject: typeof SINGULAR): string =>
    `${phrase(subject)} ${any(ACTIONS)}${subject.verb} ${any(NUMBERS.map(phrase))}, ` +
    `and ${subject.pronoun} ${any(ENDS)}${subject.verb}`;
  return new RegExp(`^${any(NUMBERS.map(sentence))}\\.$`);
})();

/** Whether a line is a sentence of the grammar. */
export const isSentence = (line: string): boolean => SENTENCE.test(line);

/**
 * A line for each of `count` sentences, drawn from the library's seeded stream, and the text's own entropy in nats a
 * character: no model's loss can be lower for long.
 */
export function story(count: number): { text: string; entropy: number } {
  const draws = rand([count, MOST_CHOICES]);
  const uniform = draws.data.slice();
  draws.dispose();
  let odds = 0; // nats
  let next = 0;
  const pick = <T>(options: readonly T[]): T => {
    odds += Math.log(options.length); // shown, not trained on
    return options[Math.floor(uniform[next++]! * options.length)]!;
  };
  const phrase = ({ articles, noun }: typeof SINGULAR): string =>
    [pick(articles), ...(pick([true, false]) ? [pick(ADJECTIVES)] : []), pick(NOUNS)].join(" ") + noun;
  let text = "";
  for (let i = 0; i < count; i++) {
    next = i * MOST_CHOICES;
    const subject = pick(NUMBERS);
    const clause = `${phrase(subject)} ${pick(ACTIONS)}${subject.verb} ${phrase(pick(NUMBERS))}`;
    text += `${clause}, and ${subject.pronoun} ${pick(ENDS)}${subject.verb}.\n`;
  }
  return { text, entropy: odds / text.length };
}
