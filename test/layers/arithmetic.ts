// Which arithmetic the source of the library may use so that results are the same bits in every engine: read from its
// syntax. ECMAScript leaves the last bits of sin, exp, pow, ** and their like to each engine; src/numbers.ts has our own.
import ts from "typescript";

/** Members of `Math` that are exact, or correctly rounded in every engine, and constants. */
const EXACT = [
  ..."abs ceil clz32 floor fround imul max min round sign sqrt trunc".split(" "),
  ..."E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2".split(" "),
];

/** What asks the runtime for the time, for chance, or for the user's language. */
const OUTSIDE = ["Date", "Intl", "crypto", "localeCompare", "performance", "toLocaleString", "toLocaleDateString"];

/** An integer literal, with a sign or without. */
function isInteger(node: ts.Expression): boolean {
  const bare = ts.isPrefixUnaryExpression(node) ? node.operand : node;
  return ts.isNumericLiteral(bare) && /^\d+$/.test(bare.text);
}

/** 2 to the power of a literal is exact everywhere, and readable. */
const isPowerOfTwo = ({ left, right }: ts.BinaryExpression): boolean =>
  ts.isNumericLiteral(left) && left.text === "2" && isInteger(right);

/** What a file uses that other engines may compute differently, each as `path: name`, in order and without repetition. */
export function arithmeticFaults(path: string, text: string): string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent, text: name } = node;
      const whole = ts.isPropertyAccessExpression(parent) && parent.name === node ? parent : node; // globalThis.Math
      const isKey = ts.isPropertyAssignment(parent) && parent.name === node;
      if (name === "Math" && !isKey) {
        const user = whole.parent;
        const member = ts.isPropertyAccessExpression(user) ? user.name.text : "(not by a member's name)";
        if (!EXACT.includes(member)) found.add(`${path}: Math.${member}`);
      } else if (OUTSIDE.includes(name) && !isKey) found.add(`${path}: ${name}`);
    }
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      const power = kind === ts.SyntaxKind.AsteriskAsteriskToken || kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
      if (power && !isPowerOfTwo(node)) found.add(`${path}: ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return [...found];
}
