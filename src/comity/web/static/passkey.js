// Passkeys: the one thing a page can't do without script. A form carries the options of a ceremony (W3C WebAuthn Level 3
// sections 5.4 and 5.5) in data-options; the browser's answer goes into its field "response", and the form is sent as any
// other. Nothing is fetched, nothing is kept, no text is made here: what is said stands in the page, hidden until needed;
// but for what is said to whoever runs no script, which this hides.

const decoded = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));

const encoded = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const descriptors = (list) => (list ?? []).map((each) => ({ ...each, id: decoded(each.id) }));

async function made(options) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: decoded(options.challenge),
      user: { ...options.user, id: decoded(options.user.id) },
      excludeCredentials: descriptors(options.excludeCredentials),
    },
  });
  const { response } = credential;
  return told(credential, {
    attestationObject: encoded(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  });
}

async function shown(options) {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: decoded(options.challenge),
      allowCredentials: descriptors(options.allowCredentials),
    },
  });
  const { response } = credential;
  return told(credential, {
    authenticatorData: encoded(response.authenticatorData),
    signature: encoded(response.signature),
    userHandle: response.userHandle ? encoded(response.userHandle) : null,
  });
}

const told = (credential, response) => ({
  id: credential.id,
  rawId: encoded(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment ?? null,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: { clientDataJSON: encoded(credential.response.clientDataJSON), ...response },
});

function say(form, word) {
  for (const each of form.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== word;
}

async function run(form) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  say(form, "waiting");
  try {
    const options = JSON.parse(form.dataset.options);
    const answer = form.dataset.passkey === "create" ? await made(options) : await shown(options);
    form.elements.response.value = JSON.stringify(answer);
    form.submit();
  } catch (error) {
    // InvalidStateError: the authenticator already holds a passkey of this account (section 5.1.3).
    say(form, error.name === "InvalidStateError" ? "known" : "refused");
    delete form.dataset.busy;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    say(form, "unable");
    continue;
  }
  form.querySelector("button[type=submit]").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
  run(form);
}
