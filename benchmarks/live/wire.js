// Runs before JupyterLab does: notes when an edit leaves the page and when its answer arrives.
(() => {
  const wire = { sent: [], received: [] };
  window.fnlpWire = wire;
  const decoder = new TextDecoder();
  const holds = (data, words) =>
    (typeof data === "string" ? data : decoder.decode(data)).includes(words);
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", (event) => {
        if (holds(event.data, '"report_data"')) wire.received.push(performance.now());
      });
    }
    send(data) {
      if (holds(data, '"revision"')) wire.sent.push(performance.now());
      super.send(data);
    }
  };
})();
