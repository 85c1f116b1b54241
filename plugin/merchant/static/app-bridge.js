// Development only: a small stand-in for Shopify's App Bridge. The admin frame of the demo store answers its messages.
// Offers what our pages use: shopify.idToken(), shopify.app.extensions(), shopify.toast.show(); and it reloads, as
// App Bridge does, the address in `shopify-reload` with a fresh ID token.
(() => {
  "use strict";
  const script = document.currentScript;
  const adminOrigin = script.dataset.adminOrigin;
  const waitMilliseconds = 10000;

  function ask(type) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => { stop(); reject(new Error(`the admin did not answer ${type}`)); }, waitMilliseconds);
      function answer(event) {
        if (event.source !== window.parent || event.origin !== adminOrigin || event.data?.type !== type) return;
        stop();
        resolve(event.data);
      }
      function stop() { clearTimeout(timer); window.removeEventListener("message", answer); }
      window.addEventListener("message", answer);
      window.parent.postMessage({ type }, adminOrigin);
    });
  }

  const parameters = new URLSearchParams(location.search);
  window.shopify = {
    config: { apiKey: script.dataset.apiKey, locale: parameters.get("locale") ?? "en", shop: parameters.get("shop") ?? "" },
    idToken: async () => (await ask("laurel:id-token")).token,
    app: { extensions: async () => (await ask("laurel:extensions")).extensions },
    toast: { show: (text) => window.parent.postMessage({ type: "laurel:toast", text }, adminOrigin) },
  };

  const reload = parameters.get("shopify-reload");
  if (reload?.startsWith("/") && !reload.startsWith("//")) {
    window.shopify.idToken().then((token) => {
      const target = new URL(reload, location.origin);
      if (target.origin !== location.origin) return;
      target.searchParams.set("id_token", token);
      location.replace(target);
    });
  }
})();
