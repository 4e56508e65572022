// Named delays: a new one replaces the one of the same name.

export class Timers {
  private readonly running = new Map<string, number>();

  later(name: string, ms: number, run: () => void): void {
    this.cancel(name);
    this.running.set(
      name,
      window.setTimeout(() => {
        this.running.delete(name);
        run();
      }, ms),
    );
  }

  cancel(name: string): void {
    clearTimeout(this.running.get(name));
    this.running.delete(name);
  }

  has(name: string): boolean {
    return this.running.has(name);
  }

  clear(): void {
    for (const timer of this.running.values()) clearTimeout(timer);
    this.running.clear();
  }
}
