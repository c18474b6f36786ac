// Starts `plimsoll lsp` and leaves everything else to it.

import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";

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
    { documentSelector: [{ language: "yaml" }, { language: "json" }] },
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

/** The page of a rule, which the server has with it. */
async function page(uri: vscode.Uri): Promise<string> {
  const content = await client?.sendRequest<{ text: string }>("workspace/textDocumentContent", { uri: uri.toString() });
  return content?.text ?? "";
}
