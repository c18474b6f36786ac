// Starts `plimsoll lsp` and leaves everything else to it.

import * as vscode from "vscode";
import { ExecuteCommandSignature, LanguageClient } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("plimsoll.restart", restart),
    vscode.workspace.registerTextDocumentContentProvider("plimsoll", { provideTextDocumentContent: page }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("plimsoll")) {
        void restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
  client = undefined;
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const settings = vscode.workspace.getConfiguration("plimsoll");
  const command = settings.get<string>("path", "plimsoll");
  const version = settings.get<string>("kubernetesVersion", "");
  client = new LanguageClient(
    "plimsoll",
    "plimsoll",
    { command, args: version === "" ? ["lsp"] : ["lsp", "--kubernetes-version", version] },
    {
      documentSelector: [{ language: "yaml" }, { language: "json" }],
      initializationOptions: { showsResults: true },
      middleware: { executeCommand: shown },
    },
  );
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const open = "Open settings";
    const chosen = await vscode.window.showErrorMessage(`plimsoll could not be started as \`${command}\`: ${error}`, open);
    if (chosen === open) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "plimsoll.path");
    }
  }
}

/** Runs a command on the server; a plan is shown beside the manifest. */
async function shown(command: string, args: unknown[], next: ExecuteCommandSignature): Promise<unknown> {
  const answer: unknown = await next(command, args);
  if (command === "plimsoll.showPlan" && typeof answer === "string") {
    const document = await vscode.workspace.openTextDocument({ content: answer });
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  }
  return answer;
}

/** The page of a rule, which the server has with it. */
async function page(uri: vscode.Uri): Promise<string> {
  const content = await client?.sendRequest<{ text: string }>("workspace/textDocumentContent", { uri: uri.toString() });
  return content?.text ?? "";
}
