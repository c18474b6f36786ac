//! The `plimsoll` binary: hands the command line to the library and turns its answer into an exit code.

mod cli;
mod lsp;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit code for a fault of plimsoll's own; the panic itself has been printed by then.
const INTERNAL: u8 = 4;

fn main() -> std::process::ExitCode {
    std::panic::catch_unwind(cli::main).unwrap_or_else(|_| {
        eprintln!("plimsoll: internal error; please report it with the input that led to it");
        std::process::ExitCode::from(INTERNAL)
    })
}
