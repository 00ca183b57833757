// A stand-in for https://apis.google.com/js/api.js, which tests cannot reach: as much of gapi.iframes as the
// SDK and the emulators' frames use, over postMessage.
(() => {
  const channel = (peer) => {
    const handlers = {}, waiting = new Map();
    let last = 0, hello;
    const met = new Promise((resolve) => { hello = resolve; });
    const post = (message) => peer().postMessage({ gapiStandIn: true, ...message }, "*");
    addEventListener("message", async ({ source, data }) => {
      if (source !== peer() || !data?.gapiStandIn) return;
      if (data.hello) hello();
      else if (data.answerTo) waiting.get(data.answerTo)(data.answer);
      else post({ answerTo: data.id, answer: handlers[data.type] ? [await handlers[data.type](data.body)] : [] });
    });
    return {
      post,
      register(type, handler) { handlers[type] = handler; },
      send(type, body, callback) { waiting.set(++last, callback); post({ id: last, type, body }); },
      async restyle() {},
      ping: () => met,
    };
  };
  window.gapi = {
    load: (_, done) => setTimeout(done.callback ?? done),
    iframes: {
      Iframe: class {},
      CROSS_ORIGIN_IFRAMES_FILTER: "any",
      getContext: () => ({
        open({ where, url }, opened) {
          const frame = document.createElement("iframe");
          frame.src = url;
          where.append(frame);
          return opened(channel(() => frame.contentWindow));
        },
        getParentIframe() {
          const parent = channel(() => window.parent);
          parent.post({ hello: true });
          return parent;
        },
      }),
    },
  };
  const onload = new URL(document.currentScript.src).searchParams.get("onload");
  setTimeout(() => (window[onload] ?? window.gapi_onload)?.());
})();
