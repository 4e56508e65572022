// What can be done with the whole draft: copy it, save it as a file, send it.
import type { AnyModel } from "@anywidget/types";
import type { Announcer } from "./announce";
import { action, h } from "./dom";
import type { Timers } from "./timers";
import type { Model } from "./types";

const COPIED_FOR_MS = 2_000;
const TYPES: Record<string, string> = {
  md: "text/markdown",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
};

export interface ToolbarActions {
  text(): string;
  selectAll(): void;
  /** What Python reads must be what stands here. */
  push(): void;
  startOver(): void;
}

export class Toolbar {
  readonly copyButton = action("Copy text", () => void this.copy(), "fnlp-button");
  readonly foot: HTMLElement;
  private readonly buttons: HTMLButtonElement[];

  constructor(
    model: AnyModel<Model>,
    private readonly timers: Timers,
    private readonly announcer: Announcer,
    private readonly actions: ToolbarActions,
  ) {
    const ask = (content: object) => () => {
      actions.push();
      model.send(content);
    };
    this.buttons = [
      action("Save as Markdown", ask({ kind: "export", format: "md" })),
      action("Save as Word", ask({ kind: "export", format: "docx" })),
      action("New draft", () => actions.startOver()),
    ];
    if (model.get("can_send")) this.buttons.push(action("Send", ask({ kind: "send" }), "fnlp-button"));
    this.foot = h("div", { class: "fnlp-toolbar", role: "group", "aria-label": "The whole draft" }, ...this.buttons);
  }

  enable(hasText: boolean): void {
    for (const button of [this.copyButton, ...this.buttons]) button.disabled = !hasText;
  }

  /** Hand a file that Python made to the browser. */
  save(name: string, data: DataView): void {
    const type = TYPES[name.split(".").pop() ?? ""] ?? "application/octet-stream";
    const url = URL.createObjectURL(new Blob([data as DataView<ArrayBuffer>], { type }));
    h("a", { href: url, download: name }).click();
    URL.revokeObjectURL(url);
    this.announcer.say(`Saved as ${name}.`);
  }

  private async copy(): Promise<void> {
    let done = true;
    try {
      await navigator.clipboard.writeText(this.actions.text());
    } catch {
      // The clipboard is closed over plain http, or without permission.
      this.actions.selectAll();
      done = document.execCommand("copy");
    }
    this.copyButton.textContent = done ? "Copied ✓" : "Press Ctrl+C";
    this.announcer.say(done ? "Text copied." : "The text is selected; press Ctrl+C.");
    this.timers.later("copied", COPIED_FOR_MS, () => {
      this.copyButton.textContent = "Copy text";
    });
  }
}
