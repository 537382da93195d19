// Whether everything that the package exports is documented, and every function, class and value has an example.
import ts from "typescript";

/** What is missing, one line per export, for the entry files of `program`. */
export function undocumented(program: ts.Program, entries: readonly string[]): string[] {
  const checker = program.getTypeChecker();
  const seen = new Set<ts.Symbol>();
  const missing: string[] = [];
  const visit = (module: ts.Symbol, prefix: string): void => {
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (seen.has(symbol)) continue;
      seen.add(symbol);
      const name = prefix + exported.name;
      if (symbol.flags & ts.SymbolFlags.ValueModule) {
        visit(symbol, `${name}.`);
        continue;
      }
      const isValue = symbol.flags & ts.SymbolFlags.Value && !exportedAsType(exported);
      const lacks = [
        ...(symbol.getDocumentationComment(checker).length === 0 ? ["a description"] : []),
        ...(isValue && !hasExample(symbol, checker) ? ["an @example"] : []),
      ];
      if (lacks.length > 0) missing.push(`${name} lacks ${lacks.join(" and ")}`);
    }
  };
  for (const entry of entries) {
    const file = program.getSourceFile(entry);
    const module = file && checker.getSymbolAtLocation(file);
    if (!module) throw new Error(`${entry} is no module`);
    visit(module, "");
  }
  return missing;
}

const hasExample = (symbol: ts.Symbol, checker: ts.TypeChecker): boolean =>
  symbol.getJsDocTags(checker).some((tag) => tag.name === "example");

/** A class of which only the type is exported, as by `export type { Scope }`. */
const exportedAsType = (exported: ts.Symbol): boolean =>
  exported.declarations?.some((d) => ts.isTypeOnlyImportOrExportDeclaration(d)) ?? false;
