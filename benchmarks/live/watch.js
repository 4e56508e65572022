// Runs in the page: the clock starts at the key and stops when the marks of that text are there.
() => {
  const root = document.querySelector(".fnlp-coach");
  const watch = { keys: [], answers: [], frames: [] };
  root.addEventListener("keydown", (event) => watch.keys.push(event.timeStamp), true);
  // Looking again and again would keep the page busy, so who waits is told.
  let tell = () => {};
  // The editor sets data-revision after it has put the marks of an answer into the page.
  new MutationObserver(() => {
    watch.answers.push(performance.now());
    requestAnimationFrame(() => {
      watch.frames.push(performance.now());
      tell();
    });
  }).observe(root, { attributes: true, attributeFilter: ["data-revision"] });
  window.fnlpWatch = watch;
  window.fnlpFrames = (count) => new Promise((resolve) => {
    tell = () => watch.frames.length >= count && resolve();
    tell();
  });
  window.fnlpWire.sent.length = window.fnlpWire.received.length = 0;
}
