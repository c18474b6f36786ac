//! The Common Expression Language in admission policies and webhooks: enough of a compiler to refuse what the server surely
//! refuses, and nothing else.
//!
//! Syntax is checked in full. Names must be declared. Types are followed only where they are certain.

mod lexer;
mod names;
mod parser;

pub use names::{Certain, Environment, Returns, check};
pub use parser::{RESERVED, parse};

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte of the expression where it is.
    pub at: usize,
    /// Why, as a fragment.
    pub why: String,
}

/// A literal, of which only the type is of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `true`
    Bool,
    /// `1`
    Int,
    /// `1u`
    Uint,
    /// `1.0`
    Double,
    /// `'a'`
    Str,
    /// `b'a'`
    Bytes,
    /// `null`
    Null,
}

/// An expression.
#[derive(Clone, Debug)]
pub enum Expr<'a> {
    /// A constant.
    Literal(Literal),
    /// A variable, or the first part of a qualified name.
    Name {
        /// It.
        name: &'a str,
        /// Where it begins.
        at: usize,
    },
    /// `of.field`
    Select {
        /// What it is a field of.
        of: Box<Expr<'a>>,
        /// The field.
        field: &'a str,
        /// Where the field's name begins.
        at: usize,
    },
    /// `of[index]`
    Index(Box<[Expr<'a>; 2]>),
    /// `name(arguments)` or `receiver.name(arguments)`; macros too.
    Call {
        /// What it is called on.
        receiver: Option<Box<Expr<'a>>>,
        /// The function.
        name: &'a str,
        /// Where the function's name begins.
        at: usize,
        /// What it is given.
        arguments: Vec<Expr<'a>>,
    },
    /// `[a, b]`
    List(Vec<Expr<'a>>),
    /// `{key: value}`, keys and values alternating.
    Map(Vec<Expr<'a>>),
    /// `Name{field: value}`; the first part of the name.
    Message {
        /// It.
        name: &'a str,
        /// Where it begins.
        at: usize,
        /// The fields' values.
        values: Vec<Expr<'a>>,
    },
    /// `!a`, `-a`
    Unary {
        /// `!` or `-`.
        operator: &'a str,
        /// Where it is.
        at: usize,
        /// What it applies to.
        operand: Box<Expr<'a>>,
    },
    /// `a + b`
    Binary {
        /// The operator.
        operator: &'a str,
        /// Where it is.
        at: usize,
        /// Left and right.
        sides: Box<[Expr<'a>; 2]>,
    },
    /// `a ? b : c`
    Conditional(Box<[Expr<'a>; 3]>),
}

impl<'a> Expr<'a> {
    /// The first name of `a.b.c`; `None` if it is anything else.
    pub fn root(&self) -> Option<(&'a str, usize)> {
        match self {
            Expr::Name { name, at } => Some((name, *at)),
            Expr::Select { of, .. } => of.root(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
