//! Rules in schemas. Mirrors apiextensions validation of `x-kubernetes-validations`: their texts, and so far as it is certain
//! whether their expressions compile against the schema they stand in.

use crate::object::Field;
use crate::validate::Verdicts;
use crate::validate::cel::{self, Environment, Expr, Fault, Returns};

/// Reasons that a refusal can carry.
const REASONS: &[&str] = &["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
/// Macros that bind a name to each element in turn.
const LOOPS: &[&str] = &["all", "exists", "exists_one", "existsOne", "filter", "map", "transformList", "transformMap"];

/// A schema whose rules are to be compiled.
pub struct Site<'a> {
    /// It.
    pub schema: Field<'a>,
    /// Whether `self` is a whole object.
    pub object: Object,
    /// Whether `oldSelf` can be found.
    pub old: Old,
}

/// Whether a schema is that of a whole object, with kind and metadata.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// It is.
    Whole,
    /// It is a part of one.
    Part,
}

/// Whether the server can tell which old value a value comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// It can.
    Known,
    /// It cannot, as in a list whose items have no keys.
    Unknown,
}

/// The texts of a schema's rules.
pub fn texts(errs: &mut Verdicts, schema: Field) {
    for rule in schema.get("x-kubernetes-validations").items() {
        let (source, message) = (rule.get("rule").text().trim(), rule.get("message"));
        let many_lines = |text: &str| text.contains(['\n', '\r']);
        if source.is_empty() {
            errs.required(rule.get("rule"), "");
        } else if !message.text().is_empty() && message.text().trim().is_empty() {
            errs.invalid(message, "must not be blank");
        } else if many_lines(message.text().trim()) {
            errs.invalid(message, "must be one line");
        } else if many_lines(source) && message.text().trim().is_empty() {
            errs.required(message, "a rule of several lines cannot stand in for it");
        }
        let expression = rule.get("messageExpression");
        if !expression.text().is_empty() && expression.text().trim().is_empty() {
            errs.required(expression, "must not be blank");
        }
        if let Some(reason) = rule.some("reason") {
            errs.one_of(reason, REASONS);
        }
        field_path(errs, schema, rule.get("fieldPath"));
    }
}

/// The field that a refusal is reported on: one below the schema.
fn field_path(errs: &mut Verdicts, schema: Field, path: Field) {
    if path.text().is_empty() {
        return;
    }
    if path.text().trim().is_empty() {
        errs.invalid(path, "must not be blank");
    } else if path.text().contains(['\n', '\r']) {
        errs.invalid(path, "must be one line");
    } else if !path.text().contains('[') {
        let steps = path.text().strip_prefix('.').map(|rest| rest.split('.'));
        let step = |schema: Field, name: &str| {
            schema.get("properties").entry(name).is_some() || schema.get("additionalProperties").is_map()
        };
        let mut at = schema;
        for name in steps.into_iter().flatten() {
            if !step(at, name) {
                errs.invalid(path, "the schema has no such field");
                return;
            }
            at = at.get("properties").entry(name).unwrap_or(at.get("additionalProperties"));
        }
        if !path.text().starts_with('.') {
            errs.invalid(path, "must begin with a dot: `.spec.replicas`");
        }
    }
}

/// Whether the rules compile.
pub fn rules(errs: &mut Verdicts, site: &Site) {
    let environment = Environment { names: vec!["self", "oldSelf"], ..Environment::default() };
    for rule in site.schema.get("x-kubernetes-validations").items() {
        let source = rule.get("rule");
        match compile(site, source.text(), &environment, Returns::Bool) {
            Err(fault) => {
                errs.invalid(source, format!("character {}: {}", fault.at + 1, fault.why));
            }
            Ok(Uses::OldSelf) if site.old == Old::Unknown => {
                errs.invalid(source, "`oldSelf` cannot be found in a list whose items have no keys, or in an atomic map");
            }
            Ok(Uses::SelfOnly) if rule.get("optionalOldSelf").exists() => {
                errs.invalid(rule.get("optionalOldSelf"), "the rule does not use `oldSelf`");
            }
            Ok(_) => {}
        }
        let message = rule.get("messageExpression");
        if !message.text().trim().is_empty()
            && let Err(fault) = compile(site, message.text(), &environment, Returns::Str)
        {
            errs.invalid(message, format!("character {}: {}", fault.at + 1, fault.why));
        }
    }
}

/// What an expression speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Uses {
    SelfOnly,
    OldSelf,
    /// It was too long to be looked into.
    Unknown,
}

fn compile(site: &Site, source: &str, environment: &Environment, returns: Returns) -> Result<Uses, Fault> {
    cel::check(source, environment, returns)?;
    let Some(expr) = cel::parse(source)? else { return Ok(Uses::Unknown) };
    let mut walk = Walk { site, bound: Vec::new(), uses: Uses::SelfOnly };
    walk.visit(&expr)?;
    Ok(walk.uses)
}

/// Follows field names along the schema.
struct Walk<'w> {
    site: &'w Site<'w>,
    /// Names that macros bind, with the schema of what they stand for.
    bound: Vec<(&'w str, Option<Field<'w>>)>,
    uses: Uses,
}

impl<'w> Walk<'w> {
    /// The schema of what an expression evaluates to, where it is known; a fault for a field that no schema declares.
    fn visit(&mut self, expr: &Expr<'w>) -> Result<Option<Field<'w>>, Fault> {
        match expr {
            Expr::Name { name, .. } => return Ok(self.name(name)),
            Expr::Select { of, field, at } => {
                let schema = self.visit(of)?;
                return self.select(schema, field, *at);
            }
            Expr::Index(sides) => {
                let schema = self.visit(&sides[0])?;
                self.visit(&sides[1])?;
                return Ok(schema.and_then(element));
            }
            Expr::Call { receiver, name, arguments, .. } => return self.call(receiver.as_deref(), name, arguments),
            Expr::List(values) | Expr::Map(values) | Expr::Message { values, .. } => self.all(values)?,
            Expr::Unary { operand, .. } => _ = self.visit(operand)?,
            Expr::Binary { sides, .. } => self.all(&sides[..])?,
            Expr::Conditional(parts) => self.all(&parts[..])?,
            Expr::Literal(_) => {}
        }
        Ok(None)
    }

    fn all(&mut self, exprs: &[Expr<'w>]) -> Result<(), Fault> {
        exprs.iter().try_for_each(|expr| self.visit(expr).map(drop))
    }

    fn name(&mut self, name: &str) -> Option<Field<'w>> {
        if let Some((_, schema)) = self.bound.iter().rev().find(|(bound, _)| *bound == name) {
            return *schema;
        }
        match name {
            "self" => Some(self.site.schema),
            "oldSelf" => {
                self.uses = Uses::OldSelf;
                // With `optionalOldSelf` it is an optional, whose methods come first.
                let rules = self.site.schema.get("x-kubernetes-validations");
                let optional = rules.items().any(|rule| rule.get("optionalOldSelf").is_true());
                (!optional).then_some(self.site.schema)
            }
            _ => None,
        }
    }

    fn call(&mut self, receiver: Option<&Expr<'w>>, name: &str, arguments: &[Expr<'w>]) -> Result<Option<Field<'w>>, Fault> {
        let of = receiver.map(|receiver| self.visit(receiver)).transpose()?.flatten();
        let bound = self.bound.len();
        if receiver.is_some() && LOOPS.contains(&name) {
            // Over a map, or with two names, the first stands for the key or index.
            let names: Vec<&'w str> = arguments
                .iter()
                .map_while(|argument| if let Expr::Name { name, .. } = argument { Some(*name) } else { None })
                .collect();
            let element = of.filter(|schema| schema.get("items").is_map() && arguments.len() == 2).and_then(element);
            for name in names.iter().take(arguments.len().saturating_sub(1)) {
                self.bound.push((name, element));
            }
        }
        let visited = self.all(arguments);
        self.bound.truncate(bound);
        visited.map(|()| None)
    }

    fn select(&self, schema: Option<Field<'w>>, field: &str, at: usize) -> Result<Option<Field<'w>>, Fault> {
        let Some(schema) = schema else { return Ok(None) };
        if schema.get("additionalProperties").is_map() {
            return Ok(Some(schema.get("additionalProperties")));
        }
        if schema.get("type").text() != "object" {
            return Ok(None);
        }
        let mut properties = schema.get("properties").entries();
        if let Some((_, found)) = properties.find(|(name, found)| escaped(name) == field && is_typed(*found)) {
            return Ok(Some(found));
        }
        let whole = schema.node() == self.site.schema.node() && self.site.object == Object::Whole
            || schema.get("x-kubernetes-embedded-resource").is_true();
        // The metadata of an object is there without being declared.
        if whole && matches!(field, "apiVersion" | "kind" | "metadata") || schema.key() == "metadata" {
            return Ok(None);
        }
        Err(Fault { at, why: format!("the schema has no field `{field}` here") })
    }
}

/// The schema of a list's items or a map's values.
fn element(schema: Field) -> Option<Field> {
    let element = if schema.get("items").is_map() { schema.get("items") } else { schema.get("additionalProperties") };
    element.is_map().then_some(element)
}

/// Whether rules can see a value of this schema: what has no type is hidden from them.
fn is_typed(schema: Field) -> bool {
    !schema.get("type").text().is_empty() || schema.get("x-kubernetes-int-or-string").is_true()
}

/// A property's name as rules write it.
fn escaped(name: &str) -> String {
    if cel::RESERVED.contains(&name) {
        return format!("__{name}__");
    }
    name.replace("__", "__underscores__").replace('.', "__dot__").replace('-', "__dash__").replace('/', "__slash__")
}
