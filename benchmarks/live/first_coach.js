// Runs in the page before the cells do: from the key that runs them to the first editor on screen.
() => {
  window.fnlpFirst = new Promise((resolve) => {
    let start = 0;
    // Shift+Enter, taken before JupyterLab acts on it.
    window.addEventListener("keydown", (event) => {
      if (event.key === "Enter") start ||= event.timeStamp;
    }, true);
    const observer = new MutationObserver(() => {
      const editor = document.querySelector(".fnlp-coach .cm-content");
      if (!editor || !editor.getClientRects().length) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - start));
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
}
