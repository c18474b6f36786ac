//! The grammar of the Common Expression Language: tokens to a tree.

use super::lexer::{Token, TokenKind, tokens};
use super::{Expr, Fault, Literal};

/// Deeper nesting than this is not looked into, for the stack's sake; nor are more operators and selections than this.
const MAX_DEPTH: usize = 48;
const MAX_STEPS: usize = 1000;

/// Words that the language keeps for itself; as fields they are fine.
pub const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "package",
    "namespace",
    "null",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Reads an expression; `None` if it is too deep or long to be looked into.
pub fn parse(source: &str) -> Result<Option<Expr<'_>>, Fault> {
    let mut parser = Parser { tokens: tokens(source)?, next: 0, depth: 0, steps: 0 };
    let expr = parser.expression();
    if parser.depth > MAX_DEPTH || parser.steps > MAX_STEPS {
        return Ok(None);
    }
    let expr = expr?;
    match parser.peek().kind {
        TokenKind::End => Ok(Some(expr)),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    next: usize,
    /// How many expressions are open around the place. Stays where it was when the limit was hit.
    depth: usize,
    /// How many operators and selections there were.
    steps: usize,
}

/// Binary operators from the loosest to the tightest; those of one row bind alike, from the left.
const OPERATORS: &[&[&str]] = &[&["||"], &["&&"], &["==", "!=", "<", "<=", ">", ">=", "in"], &["+", "-"], &["*", "/", "%"]];

impl<'a> Parser<'a> {
    fn peek(&self) -> Token<'a> {
        self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Token<'a> {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn is(&self, symbol: &str) -> bool {
        self.peek().kind == TokenKind::Symbol && self.peek().text == symbol
    }

    fn accept(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        self.next += usize::from(found);
        found
    }

    fn demand(&mut self, symbol: &str) -> Result<(), Fault> {
        if self.accept(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> Fault {
        let token = self.peek();
        let why = match token.kind {
            TokenKind::End => "it ends too early".to_string(),
            _ => format!("`{}` does not belong here", token.text.chars().take(40).collect::<String>()),
        };
        Fault { at: token.at, why }
    }

    fn expression(&mut self) -> Result<Expr<'a>, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.unexpected());
        }
        let condition = self.binary(0)?;
        let expr = if self.accept("?") {
            let then = self.binary(0)?;
            self.demand(":")?;
            let otherwise = self.expression()?;
            Expr::Conditional(Box::new([condition, then, otherwise]))
        } else {
            condition
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn binary(&mut self, row: usize) -> Result<Expr<'a>, Fault> {
        let Some(operators) = OPERATORS.get(row) else { return self.unary() };
        let mut left = self.binary(row + 1)?;
        loop {
            let token = self.peek();
            let known = token.kind == TokenKind::Symbol || (token.kind == TokenKind::Name && token.text == "in");
            if !known || !operators.contains(&token.text) {
                return Ok(left);
            }
            self.next += 1;
            self.step()?;
            let right = self.binary(row + 1)?;
            left = Expr::Binary { operator: token.text, at: token.at, sides: Box::new([left, right]) };
        }
    }

    fn step(&mut self) -> Result<(), Fault> {
        self.steps += 1;
        if self.steps > MAX_STEPS { Err(self.unexpected()) } else { Ok(()) }
    }

    fn unary(&mut self) -> Result<Expr<'a>, Fault> {
        let operator = self.peek();
        if !self.is("!") && !self.is("-") {
            return self.member();
        }
        let mut count = 0;
        while self.accept(operator.text) {
            count += 1;
        }
        // `-1` is one literal, and `!-1` is none of the language.
        let operand = self.member()?;
        let number = matches!(operand, Expr::Literal(Literal::Int | Literal::Double));
        if operator.text == "-" && number && count == 1 {
            return Ok(operand);
        }
        Ok(Expr::Unary { operator: operator.text, at: operator.at, operand: Box::new(operand) })
    }

    fn member(&mut self) -> Result<Expr<'a>, Fault> {
        let mut of = self.primary()?;
        loop {
            self.step()?;
            if self.accept(".") {
                of = self.field_or_call(of)?;
            } else if self.accept("[") {
                self.accept("?");
                let index = self.expression()?;
                self.demand("]")?;
                of = Expr::Index(Box::new([of, index]));
            } else {
                return Ok(of);
            }
        }
    }

    fn field_or_call(&mut self, of: Expr<'a>) -> Result<Expr<'a>, Fault> {
        let optional = self.accept("?");
        let name = self.take();
        let keyword = matches!(name.text, "in" | "true" | "false" | "null");
        if !matches!(name.kind, TokenKind::Name | TokenKind::QuotedName) || keyword {
            self.next -= 1;
            return Err(self.unexpected());
        }
        if !optional && name.kind == TokenKind::Name && self.accept("(") {
            let arguments = self.list(")")?;
            return Ok(Expr::Call { receiver: Some(Box::new(of)), name: name.text, at: name.at, arguments });
        }
        if self.is("{") && !optional {
            return self.message(of, name);
        }
        Ok(Expr::Select { of: Box::new(of), field: name.text.trim_matches('`'), at: name.at })
    }

    /// `a.b.C{field: value}`: everything before the brace must be plain names.
    fn message(&mut self, of: Expr<'a>, name: Token<'a>) -> Result<Expr<'a>, Fault> {
        let select = Expr::Select { of: Box::new(of), field: name.text, at: name.at };
        match select.root() {
            Some((root, at)) if name.kind == TokenKind::Name => self.message_fields(root, at),
            _ => Err(self.unexpected()),
        }
    }

    fn message_fields(&mut self, name: &'a str, at: usize) -> Result<Expr<'a>, Fault> {
        self.demand("{")?;
        let mut values = Vec::new();
        while !self.is("}") {
            self.accept("?");
            let field = self.take();
            if !matches!(field.kind, TokenKind::Name | TokenKind::QuotedName) {
                self.next -= 1;
                return Err(self.unexpected());
            }
            self.demand(":")?;
            values.push(self.expression()?);
            if !self.accept(",") {
                break;
            }
        }
        self.demand("}")?;
        Ok(Expr::Message { name, at, values })
    }

    fn primary(&mut self) -> Result<Expr<'a>, Fault> {
        if self.accept("(") {
            let expr = self.expression()?;
            self.demand(")")?;
            return Ok(expr);
        }
        if self.accept("[") {
            return Ok(Expr::List(self.list("]")?));
        }
        if self.accept("{") {
            return self.map();
        }
        let rooted = self.accept(".");
        let token = self.take();
        match token.kind {
            TokenKind::Name => self.name(token),
            _ if rooted => Err(self.back()),
            TokenKind::Int | TokenKind::Uint => match integer_fits(token) {
                true if token.kind == TokenKind::Int => Ok(Expr::Literal(Literal::Int)),
                true => Ok(Expr::Literal(Literal::Uint)),
                false => Err(Fault { at: token.at, why: format!("`{}` is too large", token.text) }),
            },
            TokenKind::Double => Ok(Expr::Literal(Literal::Double)),
            TokenKind::Str => Ok(Expr::Literal(Literal::Str)),
            TokenKind::Bytes => Ok(Expr::Literal(Literal::Bytes)),
            _ => Err(self.back()),
        }
    }

    /// The complaint about the token just taken.
    fn back(&mut self) -> Fault {
        self.next -= 1;
        self.unexpected()
    }

    fn name(&mut self, token: Token<'a>) -> Result<Expr<'a>, Fault> {
        match token.text {
            "true" | "false" => return Ok(Expr::Literal(Literal::Bool)),
            "null" => return Ok(Expr::Literal(Literal::Null)),
            "in" => return Err(self.back()),
            _ => {}
        }
        if RESERVED.contains(&token.text) {
            return Err(Fault { at: token.at, why: format!("`{}` is a reserved word", token.text) });
        }
        if self.accept("(") {
            let arguments = self.list(")")?;
            return Ok(Expr::Call { receiver: None, name: token.text, at: token.at, arguments });
        }
        if self.is("{") {
            return self.message_fields(token.text, token.at);
        }
        Ok(Expr::Name { name: token.text, at: token.at })
    }

    /// Expressions up to `close`; a list may end with a comma, arguments may not.
    fn list(&mut self, close: &str) -> Result<Vec<Expr<'a>>, Fault> {
        let mut items = Vec::new();
        while !self.is(close) {
            if close == "]" {
                self.accept("?");
            }
            items.push(self.expression()?);
            if !self.accept(",") {
                break;
            }
            if close == ")" && self.is(close) {
                return Err(self.unexpected());
            }
        }
        self.demand(close)?;
        Ok(items)
    }

    fn map(&mut self) -> Result<Expr<'a>, Fault> {
        let mut items = Vec::new();
        while !self.is("}") {
            self.accept("?");
            items.push(self.expression()?);
            self.demand(":")?;
            items.push(self.expression()?);
            if !self.accept(",") {
                break;
            }
        }
        self.demand("}")?;
        Ok(Expr::Map(items))
    }
}

fn integer_fits(token: Token) -> bool {
    let digits = token.text.trim_end_matches(['u', 'U']);
    let value = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => digits.parse::<u64>(),
    };
    // One more than the largest int is let through: it may have a minus before it.
    value.is_ok_and(|value| token.kind == TokenKind::Uint || value <= 1 << 63)
}
