// Messages to Python, one at a time: a kernel with several shells may overtake itself otherwise, and
// Enter would be read before the digit that was pressed ahead of it.
import type { AnyModel } from "@anywidget/types";
import type { Model } from "./types";

export class Post {
  private readonly waiting: Record<string, unknown>[] = [];
  private onTheWay = "";
  private count = 0;

  constructor(private readonly model: AnyModel<Model>) {}

  /** Whether an answer is owed. */
  get open(): boolean {
    return this.onTheWay !== "";
  }

  send(message: Record<string, unknown>): void {
    this.waiting.push(message);
    this.next();
  }

  /** Python has answered a message; perhaps the one that is on the way. */
  answered(token: string | null | undefined): void {
    if (token !== this.onTheWay) return;
    this.onTheWay = "";
    this.next();
  }

  private next(): void {
    const message = this.open ? undefined : this.waiting.shift();
    if (!message) return;
    this.count += 1;
    // Another view of the same desk counts too.
    this.onTheWay = `${this.count}-${Math.random().toString(36).slice(2)}`;
    this.model.send({ ...message, token: this.onTheWay });
  }
}
