// Finds the examples in the documentation, the @example fences of src/ and the ts fences of the Markdown files, and
// turns each into a program that checks its `// => value` comments. Running them is test/docs.test.ts.
import ts from "typescript";

export interface Example {
  /** File and line of the fence: `src/ops/gemm.ts:12`. */
  readonly where: string;
  readonly code: string;
}

const FENCE = /^```(\w*)[^\n]*\n([\s\S]*?)^```/gm;

const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;

/** The ts fences of a Markdown file. Fences of other languages are not run. */
export function examplesOfMarkdown(path: string, text: string): Example[] {
  return [...text.matchAll(FENCE)]
    .filter(([, language]) => language === "ts")
    .map((match) => ({ where: `${path}:${lineAt(text, match.index) + 1}`, code: match[2]! }));
}

/** The ts fences of the @example tags in the doc comments of a source file. */
export function examplesOfSource(path: string, text: string): Example[] {
  const examples: Example[] = [];
  for (const comment of text.matchAll(/^ *\/\*\*[\s\S]*?\*\//gm)) {
    const body = comment[0].replaceAll(/^ *(\/\*\*|\*\/|\* ?)/gm, "");
    const start = body.indexOf("@example");
    if (start < 0) continue;
    for (const { where, code } of examplesOfMarkdown(path, body.slice(start))) {
      const line = lineAt(text, comment.index) + lineAt(body, start) + Number(where.split(":").at(-1)) - 2;
      examples.push({ where: `${path}:${line}`, code });
    }
  }
  return examples;
}

/** The program of an example: its imports from the package by `modules`, its `expression; // => text` lines checked. */
export function programOf({ where, code }: Example, modules: Readonly<Record<string, string>>, check: string): string {
  const file = ts.createSourceFile(`${where}.ts`, code, ts.ScriptTarget.Latest, true);
  const edits: { start: number; end: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const module = modules[node.moduleSpecifier.text];
      if (module) {
        const { moduleSpecifier: name } = node;
        edits.push({ start: name.getStart(), end: name.end, text: JSON.stringify(module) });
      }
    }
    const expected = ts.isExpressionStatement(node) ? expectedAfter(code, node.end) : null;
    if (ts.isExpressionStatement(node) && expected !== null) {
      const at = `${where.split(":")[0]}:${Number(where.split(":").at(-1)) + lineAt(code, node.getStart()) - 1}`;
      const text = `check(${logged(node.expression).getText()}, ${JSON.stringify(expected)}, ${JSON.stringify(at)});`;
      edits.push({ start: node.getStart(), end: node.end, text });
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  let program = code;
  for (const { start, end, text } of edits.sort((a, b) => b.start - a.start)) {
    program = program.slice(0, start) + text + program.slice(end);
  }
  return `import { check } from ${JSON.stringify(check)};\n${program}\nvoid check;\n`;
}

/** The text after `// =>` on the line where a statement ends. */
function expectedAfter(code: string, end: number): string | null {
  const [comment] = ts.getTrailingCommentRanges(code, end) ?? [];
  const text = comment && code.slice(comment.pos, comment.end);
  return text?.startsWith("// =>") ? text.slice("// =>".length).trim() : null;
}

/** What is shown: the argument of a console.log, else the expression itself. */
function logged(expression: ts.Expression): ts.Expression {
  const [argument] = ts.isCallExpression(expression) ? expression.arguments : [];
  const isLog = ts.isCallExpression(expression) && expression.expression.getText() === "console.log";
  return isLog && argument ? argument : expression;
}
