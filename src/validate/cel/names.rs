//! What the names in an expression stand for, and which types are certain.

use super::parser::parse;
use super::{Expr, Fault, Literal};
use crate::validate::nearest;

/// What an expression may refer to.
#[derive(Clone, Debug, Default)]
pub struct Environment<'a> {
    /// The declared variables: `object`, `request`...
    pub names: Vec<&'a str>,
    /// The fields of `variables` that can be used so far, and the type of each; `None` where there is no `variables`.
    pub variables: Option<Vec<(&'a str, Certain)>>,
    /// The types that can be built: `Object`, `JSONPatch`.
    pub messages: &'static [&'static str],
}

/// What an expression must evaluate to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// A boolean.
    Bool,
    /// A string.
    Str,
    /// A string or `null`.
    StrOrNull,
    /// Anything.
    Anything,
}

/// The type of an expression, where it is certain.
pub type Certain = Option<Type>;

/// A type, as far as types are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// That of a literal.
    Scalar(Literal),
    /// A list of anything.
    List,
    /// A map of anything.
    Map,
}

const BOOL: Certain = Some(Type::Scalar(Literal::Bool));
const INT: Certain = Some(Type::Scalar(Literal::Int));
const STR: Certain = Some(Type::Scalar(Literal::Str));

/// Whether the server would compile `source`, and to which type; the first fault if it surely would not.
pub fn check(source: &str, environment: &Environment, returns: Returns) -> Result<Certain, Fault> {
    if source.len() > MAX_CHARACTERS && source.chars().count() > MAX_CHARACTERS {
        return Err(Fault { at: 0, why: format!("it has more than {MAX_CHARACTERS} characters") });
    }
    let Some(expr) = parse(source)? else { return Ok(None) };
    let mut checker = Checker { environment, bound: Vec::new() };
    let found = checker.visit(&expr)?;
    let (fits, wanted) = match (returns, found) {
        (_, None) | (Returns::Anything, _) => (true, ""),
        (Returns::Bool, found) => (found == BOOL, "a boolean"),
        (Returns::Str, found) => (found == STR, "a string"),
        (Returns::StrOrNull, found) => (found == STR || found == Some(Type::Scalar(Literal::Null)), "a string or `null`"),
    };
    if fits { Ok(found) } else { Err(Fault { at: 0, why: format!("it must evaluate to {wanted}") }) }
}

/// The longest expression that the server reads, characters.
const MAX_CHARACTERS: usize = 100_000;

/// Types, and the first parts of qualified names of types and functions.
const TYPES: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "duration",
    "dyn",
    "google",
    "int",
    "list",
    "map",
    "null_type",
    "optional_type",
    "string",
    "timestamp",
    "type",
    "uint",
    "net",
    "kubernetes",
];

/// Names that are only ever the first part of a function's name.
const NAMESPACES: &[&str] =
    &["base64", "cel", "cidr", "format", "ip", "jsonpatch", "lists", "math", "optional", "quantity", "semver", "sets", "strings"];

/// Functions of the language and of Kubernetes' libraries; a call of another is refused only if it is near one of these.
const FUNCTIONS: &[&str] = &[
    "add",
    "all",
    "allowed",
    "asApproximateFloat",
    "asInteger",
    "bool",
    "bytes",
    "charAt",
    "check",
    "cidr",
    "compareTo",
    "contains",
    "containsCIDR",
    "containsIP",
    "distinct",
    "double",
    "duration",
    "dyn",
    "endsWith",
    "error",
    "errored",
    "exists",
    "exists_one",
    "existsOne",
    "family",
    "fieldSelector",
    "filter",
    "find",
    "findAll",
    "first",
    "flatten",
    "format",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getEscapedPath",
    "getFullYear",
    "getHost",
    "getHostname",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getPort",
    "getQuery",
    "getScheme",
    "getSeconds",
    "group",
    "has",
    "hasValue",
    "indexOf",
    "int",
    "ip",
    "isCIDR",
    "isGlobalUnicast",
    "isGreaterThan",
    "isIP",
    "isInteger",
    "isLessThan",
    "isLinkLocalMulticast",
    "isLinkLocalUnicast",
    "isLoopback",
    "isQuantity",
    "isSemver",
    "isSorted",
    "isURL",
    "isUnspecified",
    "join",
    "labelSelector",
    "last",
    "lastIndexOf",
    "lowerAscii",
    "major",
    "map",
    "masked",
    "matches",
    "max",
    "min",
    "minor",
    "name",
    "named",
    "namespace",
    "optFlatMap",
    "optMap",
    "or",
    "orValue",
    "patch",
    "path",
    "prefixLength",
    "quantity",
    "quote",
    "reason",
    "replace",
    "resource",
    "reverse",
    "semver",
    "serviceAccount",
    "sign",
    "size",
    "slice",
    "sort",
    "sortBy",
    "split",
    "startsWith",
    "string",
    "sub",
    "subresource",
    "substring",
    "sum",
    "timestamp",
    "transformList",
    "transformMap",
    "transformMapEntry",
    "trim",
    "type",
    "uint",
    "upperAscii",
    "url",
    "validate",
    "value",
];

struct Checker<'a> {
    environment: &'a Environment<'a>,
    /// Variables of the macros around the place.
    bound: Vec<&'a str>,
}

impl<'a> Checker<'a> {
    fn visit(&mut self, expr: &Expr<'a>) -> Result<Certain, Fault> {
        match expr {
            Expr::Literal(literal) => Ok(Some(Type::Scalar(*literal))),
            Expr::Name { name, at } => self.name(name, *at),
            Expr::Select { of, field, at } => self.select(of, field, *at),
            Expr::Index(parts) => self.all(parts.as_slice()).map(|()| None),
            Expr::List(items) => self.all(items).map(|()| Some(Type::List)),
            Expr::Map(items) => self.all(items).map(|()| Some(Type::Map)),
            Expr::Message { name, at, values } => {
                if !self.environment.messages.contains(name) && *name != "google" {
                    return Err(Fault { at: *at, why: format!("there is no type `{name}`") });
                }
                self.all(values).map(|()| None)
            }
            Expr::Call { receiver, name, at, arguments } => self.call(receiver.as_deref(), name, *at, arguments),
            Expr::Unary { operator, at, operand } => {
                let found = self.visit(operand)?;
                if *operator == "-" {
                    return Ok(found);
                }
                self.boolean(found, *at)?;
                Ok(BOOL)
            }
            Expr::Binary { operator, at, sides } => {
                let [left, right] = sides.as_ref();
                let (left, right) = (self.visit(left)?, self.visit(right)?);
                self.binary(operator, *at, left, right)
            }
            Expr::Conditional(parts) => {
                let [condition, then, otherwise] = parts.as_ref();
                self.visit(condition)?;
                let (then, otherwise) = (self.visit(then)?, self.visit(otherwise)?);
                Ok(then.filter(|_| then == otherwise))
            }
        }
    }

    fn all(&mut self, exprs: &[Expr<'a>]) -> Result<(), Fault> {
        exprs.iter().try_for_each(|expr| self.visit(expr).map(drop))
    }

    fn name(&self, name: &str, at: usize) -> Result<Certain, Fault> {
        let declared = self.bound.contains(&name)
            || self.environment.names.contains(&name)
            || TYPES.contains(&name)
            || (name == "variables" && self.environment.variables.is_some());
        if declared {
            return Ok(None);
        }
        let hint = nearest(name, &self.environment.names).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let shown: String = name.chars().take(60).collect();
        Err(Fault { at, why: format!("nothing is called `{shown}` here{hint}") })
    }

    fn select(&mut self, of: &Expr<'a>, field: &str, at: usize) -> Result<Certain, Fault> {
        if let (Expr::Name { name: "variables", .. }, Some(known)) = (of, &self.environment.variables)
            && !self.bound.contains(&"variables")
        {
            // A later variable of the same name hides an earlier one.
            return match known.iter().rev().find(|(name, _)| *name == field) {
                Some((_, found)) => Ok(*found),
                None => Err(Fault { at, why: format!("`variables` has no `{field}` at this point") }),
            };
        }
        if let Expr::Name { name, .. } = of
            && NAMESPACES.contains(name)
            && !self.bound.contains(name)
        {
            return Ok(None);
        }
        self.visit(of).map(|_| None)
    }

    fn call(&mut self, receiver: Option<&Expr<'a>>, name: &'a str, at: usize, arguments: &[Expr<'a>]) -> Result<Certain, Fault> {
        let namespace = receiver.and_then(Expr::root).filter(|(root, _)| NAMESPACES.contains(root) && !self.bound.contains(root));
        if namespace.is_some() {
            // `cel.bind(name, value, expression)` declares a name as macros do.
            return match arguments {
                [Expr::Name { name: bound, .. }, value, body] if name == "bind" => {
                    self.visit(value)?;
                    self.within(&[bound], std::slice::from_ref(body)).map(|()| None)
                }
                _ => self.all(arguments).map(|()| None),
            };
        }
        if let Some(receiver) = receiver {
            self.visit(receiver)?;
            if let Some(found) = self.comprehension(name, at, arguments)? {
                return Ok(found);
            }
        }
        if receiver.is_none() && name == "has" && !matches!(arguments, [Expr::Select { .. }]) {
            return Err(Fault { at, why: "`has` takes a field: `has(object.spec)`".to_string() });
        }
        self.all(arguments)?;
        if !FUNCTIONS.contains(&name)
            && let Some(near) = nearest(name, FUNCTIONS)
        {
            return Err(Fault { at, why: format!("there is no function `{name}`; did you mean `{near}`?") });
        }
        Ok(match name {
            "contains" | "endsWith" | "has" | "matches" | "startsWith" => BOOL,
            "size" | "int" => INT,
            "string" | "lowerAscii" | "upperAscii" => STR,
            _ => None,
        })
    }

    /// A macro that declares one or two names for its last arguments; `None` if it is none.
    fn comprehension(&mut self, name: &str, at: usize, arguments: &[Expr<'a>]) -> Result<Option<Certain>, Fault> {
        let (names, result) = match (name, arguments.len()) {
            ("all" | "exists" | "exists_one" | "existsOne", 2) => (1, BOOL),
            ("all" | "exists" | "exists_one" | "existsOne", 3) => (2, BOOL),
            ("map", 2 | 3) | ("filter", 2) => (1, Some(Type::List)),
            ("optMap" | "optFlatMap" | "sortBy", 2) => (1, None),
            ("transformList" | "transformMap" | "transformMapEntry", 3 | 4) => (2, None),
            _ => return Ok(None),
        };
        let mut bound = Vec::new();
        for argument in &arguments[..names] {
            match argument {
                Expr::Name { name, .. } => bound.push(*name),
                _ => return Err(Fault { at, why: format!("the first argument of `{name}` must be a name") }),
            }
        }
        self.within(&bound, &arguments[names..])?;
        Ok(Some(result))
    }

    fn within(&mut self, names: &[&'a str], exprs: &[Expr<'a>]) -> Result<(), Fault> {
        let before = self.bound.len();
        self.bound.extend(names);
        let found = self.all(exprs);
        self.bound.truncate(before);
        found
    }

    fn binary(&self, operator: &str, at: usize, left: Certain, right: Certain) -> Result<Certain, Fault> {
        match operator {
            "&&" | "||" => {
                self.boolean(left, at)?;
                self.boolean(right, at)?;
                Ok(BOOL)
            }
            "in" => Ok(BOOL),
            "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                self.alike(operator, at, left, right)?;
                Ok(BOOL)
            }
            "+" => {
                // Times and durations are of no certain type here, so two certain ones must be the same.
                self.alike(operator, at, left, right)?;
                Ok(left.filter(|_| left == right))
            }
            _ => Ok(left.filter(|_| left == right)),
        }
    }

    fn boolean(&self, found: Certain, at: usize) -> Result<(), Fault> {
        if found.is_none() || found == BOOL {
            return Ok(());
        }
        Err(Fault { at, why: "this operator takes booleans only".to_string() })
    }

    fn alike(&self, operator: &str, at: usize, left: Certain, right: Certain) -> Result<(), Fault> {
        let number = |found: Certain| matches!(found, Some(Type::Scalar(Literal::Int | Literal::Uint | Literal::Double)));
        let null = |found: Certain| found == Some(Type::Scalar(Literal::Null));
        let fine = left.is_none()
            || right.is_none()
            || left == right
            || (number(left) && number(right) && operator != "+")
            || null(left)
            || null(right);
        if fine { Ok(()) } else { Err(Fault { at, why: format!("`{operator}` stands between values of different types") }) }
    }
}
