"use strict";
(() => {
  const facts = JSON.parse(document.getElementById("facts").textContent);
  const cards = [...document.querySelectorAll(".card")];
  if (!cards.length) return;
  const byId = new Map(cards.map((card) => [card.dataset.utterance, card]));
  const decided = new Map(); // utterance -> decision as the file has it; also those that are not on this page
  const [message, filter, file] = ["message", "filter", "file"].map((id) => document.getElementById(id));
  const memory = `unheard review of ${facts.corpus} at ${location.pathname}`; // a page written anew finds it again
  let current = null;

  const selectOf = (card) => card.querySelector("select");
  const noteOf = (card) => card.querySelector("input");
  const visible = () => cards.filter((card) => !card.hidden);

  function say(text, bad = false) {
    message.textContent = text;
    message.classList.toggle("bad", bad);
  }

  /* labels: a list for each card would be long, so a card gets its own when it comes near */
  function fill(card) {
    const select = selectOf(card);
    if (select.dataset.full) return;
    select.dataset.full = "yes";
    const there = new Set([card.dataset.label, ...[...select.options].map((option) => option.value)]);
    for (const label of facts.labels) if (!there.has(label)) select.add(new Option(label, label));
  }
  const near = new IntersectionObserver(
    (entries) => entries.forEach((entry) => entry.isIntersecting && fill(entry.target)),
    { rootMargin: "800px" },
  );
  cards.forEach((card) => near.observe(card));

  /* decisions */
  function decide(card, choice, goOn = true) {
    const name = card.dataset.utterance;
    const label = choice === "relabel" ? selectOf(card).value : null;
    if (choice === "relabel" && !label) {
      fill(card);
      selectOf(card).focus();
      say("Choose the new label, then relabel.");
      return;
    }
    const before = decided.get(name);
    const again = before && before.decision === choice && before.label === label;
    if (again) decided.delete(name);
    else decided.set(name, entry(card, choice, label));
    say("");
    show(card);
    remember();
    if (!again && goOn) advance(card);
  }

  function entry(card, decision, label) {
    return { utterance: card.dataset.utterance, decision, label, check: card.dataset.check, note: noteOf(card).value.trim() };
  }

  function show(card) {
    const choice = decided.get(card.dataset.utterance);
    if (choice) card.dataset.choice = choice.decision;
    else delete card.dataset.choice;
    for (const button of card.querySelectorAll("[data-decision]"))
      button.setAttribute("aria-pressed", String(Boolean(choice) && choice.decision === button.dataset.decision));
    if (choice && choice.decision === "relabel") {
      fill(card);
      selectOf(card).value = choice.label;
    }
    if (choice && choice.note) noteOf(card).value = choice.note;
  }

  function count() {
    const number = cards.filter((card) => decided.has(card.dataset.utterance)).length;
    document.getElementById("progress").value = number;
    document.getElementById("count").textContent = `${number} of ${cards.length} decided`;
    document.getElementById("save").disabled = decided.size === 0;
  }

  /* the file, and the browser's memory */
  function asDocument() {
    const order = new Map(cards.map((card, place) => [card.dataset.utterance, place]));
    const place = (row) => order.get(row.utterance) ?? cards.length;
    const decisions = [...decided.values()].sort((a, b) => place(a) - place(b));
    return { format: facts.format, corpus: facts.corpus, decisions };
  }

  function remember() {
    count();
    try {
      localStorage.setItem(memory, JSON.stringify(asDocument()));
    } catch {
      say("This browser remembers nothing for this page: save the decisions before you close it.", true);
    }
  }

  function take(text) {
    const found = JSON.parse(text);
    if (found === null || found.format !== facts.format || !Array.isArray(found.decisions))
      throw new Error("it holds no decisions that this page understands");
    for (const row of found.decisions) {
      if (typeof row?.utterance !== "string" || !facts.choices.includes(row.decision))
        throw new Error(`${JSON.stringify(row)} is no decision`);
      if (row.decision === "relabel" && !facts.labels.includes(row.label))
        throw new Error(`the corpus has no label ${JSON.stringify(row.label)}`);
    }
    for (const { utterance, decision, label, check, note } of found.decisions)
      decided.set(utterance, { utterance, decision, label: label ?? null, check: check ?? "", note: note ?? "" });
    cards.forEach(show);
    return found.decisions;
  }

  function save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(asDocument(), null, 1) + "\n"], { type: "application/json" }));
    link.download = "decisions.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say(`Saved ${decided.size} as decisions.json, where this browser puts downloads.`);
  }

  async function load() {
    const [chosen] = file.files;
    file.value = "";
    if (!chosen) return;
    try {
      const rows = take(await chosen.text());
      const elsewhere = rows.filter((row) => !byId.has(row.utterance)).length;
      remember();
      say(`Loaded ${rows.length} from ${chosen.name}` + (elsewhere ? `; ${elsewhere} of them are about clips that are not on this page, and will be saved again.` : "."));
    } catch (problem) {
      say(`'${chosen.name}' was not loaded: ${problem.message}.`, true);
    }
  }

  /* where one is */
  function go(card, scroll = true) {
    if (!card) return;
    if (current) current.removeAttribute("aria-current");
    current = card;
    card.setAttribute("aria-current", "true");
    fill(card);
    if (!scroll) return;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "center" });
  }

  function step(by) {
    const shown = visible();
    const place = shown.indexOf(current);
    go(place < 0 ? shown[0] : shown[Math.max(0, Math.min(shown.length - 1, place + by))]);
  }

  function advance(card) {
    const shown = visible();
    const open = (one) => !decided.has(one.dataset.utterance);
    const after = shown.slice(shown.indexOf(card) + 1).find(open) ?? shown.find(open);
    if (after) go(after);
    else say("All clips shown here are decided. Save the decisions.");
  }

  function applyFilter() {
    for (const card of cards) card.hidden = Boolean(filter.value) && !JSON.parse(card.dataset.checks).includes(filter.value);
    if (current?.hidden) go(visible()[0]);
  }

  /* sound */
  function toggle(card, which = ".sound audio") {
    const audio = card?.querySelector(which);
    if (!audio) return;
    if (!audio.paused) return audio.pause();
    hush(audio);
    audio.play();
  }

  const hush = (audio) => document.querySelectorAll("audio").forEach((other) => other !== audio && other.pause());

  function follow(card, audio) {
    const at = audio.duration ? audio.currentTime / audio.duration : 0;
    card.querySelector(".picture").style.setProperty("--at", `${100 * at}%`);
    if (!audio.paused) requestAnimationFrame(() => follow(card, audio));
  }

  for (const card of cards) {
    const audio = card.querySelector(".sound audio");
    card.addEventListener("pointerdown", () => go(card, false));
    card.addEventListener("focusin", () => current !== card && go(card, false));
    for (const button of card.querySelectorAll("[data-decision]"))
      button.addEventListener("click", () => decide(card, button.dataset.decision));
    selectOf(card).addEventListener("change", () => {
      const before = decided.get(card.dataset.utterance);
      if (selectOf(card).value && before?.label !== selectOf(card).value) decide(card, "relabel", false);
    });
    noteOf(card).addEventListener("change", () => {
      const choice = decided.get(card.dataset.utterance);
      if (choice) choice.note = noteOf(card).value.trim();
      remember();
    });
    if (!audio) continue;
    audio.addEventListener("play", () => {
      card.classList.add("playing");
      follow(card, audio);
    });
    for (const end of ["pause", "ended"]) audio.addEventListener(end, () => card.classList.remove("playing"));
    card.querySelector(".picture").addEventListener("click", () => toggle(card));
  }

  // the event comes late: by then another may have been started, which is not to be hushed
  document.addEventListener("play", (event) => event.target.paused || hush(event.target), true);

  const keys = {
    " ": () => toggle(current ?? visible()[0]),
    c: () => toggle(current, ".other audio"),
    k: () => current && decide(current, "keep"),
    d: () => current && decide(current, "drop"),
    r: () => current && decide(current, "relabel"),
    ArrowDown: () => step(1),
    ArrowRight: () => step(1),
    ArrowUp: () => step(-1),
    ArrowLeft: () => step(-1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = event.target.closest("input, select, textarea, audio");
    if (inside) {
      if (event.key === "Escape") go(current);
      return;
    }
    if (event.key === " " && event.target.closest("button, summary, a")) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.getElementById("save").addEventListener("click", save);
  document.getElementById("load").addEventListener("click", () => file.click());
  file.addEventListener("change", load);
  filter.addEventListener("change", applyFilter);
  try {
    const remembered = localStorage.getItem(memory);
    if (remembered && take(remembered).length) say("Your earlier decisions on this page are back.");
  } catch {
    say("What this browser remembered of this page does not read any more.", true);
  }
  count();
  go(cards.find((card) => !decided.has(card.dataset.utterance)) ?? cards[0], false);
})();
