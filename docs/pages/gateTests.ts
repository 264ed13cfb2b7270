import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** A test that shows a rule: the file, and how its name begins. */
export interface RuleTest {
  readonly rule: string;
  readonly path: string;
  readonly problem: string | null;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RULE = /^[a-z_]+\.[a-z0-9_]+$/;
/** The table of cases, and the one way in which it is run. */
const TABLE = "CASES";
const TABLE_RUN = /it\.each\(Object\.entries\(CASES\)\)\("%s is found where it applies"/;

/** The tests of rules in all test files of functions/ and workers/, by their text alone. */
export function findRuleTests(): RuleTest[] {
  const paths = globSync("{functions,workers,tests}/**/*.test.ts", { cwd: ROOT }).sort();
  return paths.flatMap((path) => scanRuleTests(path, readFileSync(`${ROOT}/${path}`, "utf8")));
}

/**
 * The tests of rules in one file. A rule is shown by a case of the table CASES, which a test runs under the
 * rule's name, or by a test whose name begins with the rule and a colon. `problem` says why one shows nothing:
 * it is skipped, it expects nothing of the rule, or it says the rule's name itself instead of finding it.
 */
export function scanRuleTests(path: string, text: string): RuleTest[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: RuleTest[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === TABLE)
      found.push(...casesOf(node, path, text));
    if (ts.isCallExpression(node)) found.push(...namedTestOf(node, path));
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

function casesOf(table: ts.VariableDeclaration, path: string, text: string): RuleTest[] {
  const { initializer } = table;
  if (initializer === undefined || !ts.isObjectLiteralExpression(initializer)) return [];
  return initializer.properties.flatMap((property) => {
    if (!ts.isPropertyAssignment(property) || !ts.isStringLiteral(property.name)) return [];
    const rule = property.name.text;
    const says = textsIn(property.initializer).some((literal) => literal.includes(rule));
    const problem = !TABLE_RUN.test(text)
      ? "no test runs the table"
      : says
        ? "the case says the rule instead of finding it"
        : null;
    return [{ rule, path, problem }];
  });
}

function namedTestOf(call: ts.CallExpression, path: string): RuleTest[] {
  const [name, body] = call.arguments;
  if (name === undefined || body === undefined || !ts.isStringLiteralLike(name)) return [];
  const rule = name.text.slice(0, name.text.indexOf(":"));
  const runner = call.expression.getText().replace(/\(.*\)$/s, "");
  if (!name.text.includes(":") || !RULE.test(rule) || !/^(it|test)\b/.test(runner)) return [];
  const idle = [runner, ...enclosing(call)].some((callee) =>
    /\.(skip|todo|fails|skipIf|runIf)\b/.test(callee),
  );
  const problem = idle ? "it is skipped" : expects(body, rule) ? null : "it expects nothing of the rule";
  return [{ rule, path, problem }];
}

/** What the calls are named in which a node stands: `describe.skip` silences all within. */
function enclosing(node: ts.Node): string[] {
  const callees: string[] = [];
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isCallExpression(at)) callees.push(at.expression.getText().replace(/\(.*\)$/s, ""));
  }
  return callees;
}

/** Whether a body holds an expectation that names the rule, or a value that does, and that nothing negates. */
function expects(body: ts.Node, rule: string): boolean {
  const names = new Set([rule]);
  let holds = false;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && namesRule(node, rule)) names.add(node.name.getText());
    if (ts.isExpressionStatement(node) && isExpectation(node.expression, names)) holds = true;
    node.forEachChild(visit);
  };
  visit(body);
  return holds;
}

const namesRule = (node: ts.Node, rule: string): boolean => textsIn(node).some((text) => text.includes(rule));

function isExpectation(expression: ts.Expression, names: ReadonlySet<string>): boolean {
  const text = expression.getText();
  const isPlain =
    /^(await )?expect\(/.test(text) && !/\.not\.|\.toBe(Undefined|Null|Falsy)?\(0?\)/.test(text);
  return isPlain && [...names].some((name) => text.includes(name));
}

/** All literal text below a node. */
function textsIn(node: ts.Node): string[] {
  const texts: string[] = [];
  const visit = (at: ts.Node): void => {
    if (ts.isStringLiteralLike(at) || ts.isTemplateHead(at)) texts.push(at.text);
    at.forEachChild(visit);
  };
  visit(node);
  return texts;
}
