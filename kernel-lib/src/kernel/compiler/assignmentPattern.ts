import ts from "typescript";

/** What an assignment's left side may hold in the place of a declared name. */
export type Target = (name: ts.Identifier) => ts.Expression;

/**
 * Turns what a declaration names, `{ a, b: [c = 1, ...d] }`, into the left side of an assignment to other places.
 *
 * @param target the place for each name
 * @param visit for the expressions within: defaults and computed names
 */
export function assignmentPattern(name: ts.BindingName, target: Target, visit: ts.Visitor): ts.Expression {
  const { factory } = ts;
  const elementValue = ({ name: inner, initializer }: ts.BindingElement): ts.Expression => {
    const place = assignmentPattern(inner, target, visit);
    const fallback = ts.visitNode(initializer, visit, ts.isExpression);
    return fallback ? factory.createAssignment(place, fallback) : place;
  };
  if (ts.isIdentifier(name)) return target(name);
  if (ts.isArrayBindingPattern(name)) {
    const elements = name.elements.map((element) => {
      if (ts.isOmittedExpression(element)) return element;
      const value = elementValue(element);
      return element.dotDotDotToken ? factory.createSpreadElement(value) : value;
    });
    return factory.createArrayLiteralExpression(elements);
  }
  const properties = name.elements.map((element) => {
    const value = elementValue(element);
    if (element.dotDotDotToken) return factory.createSpreadAssignment(value);
    const property = element.propertyName ?? factory.createIdentifier((element.name as ts.Identifier).text);
    return factory.createPropertyAssignment(
      ts.visitNode(property, visit, ts.isPropertyName) ?? property,
      value,
    );
  });
  return factory.createObjectLiteralExpression(properties);
}
