// Suggestions under every input with `data-suggest`: an editable combobox with a list (WAI-ARIA APG), for /suggest.
//
//   data-kind="country region"  only things of these kinds
//   data-into="ID"              a choice puts the IRI of the thing into the field with this id, and its name here;
//                               `data-into=""` puts the IRI here. Without it, a choice leads to the page of the thing.
//
// Without this script the input is what it looks like: a field of a form.

const PAUSE = 120;
const REMEMBERED = 50;
let lists = 0;

class Suggestions {
  constructor(input) {
    this.input = input;
    this.results = [];
    this.active = -1;
    this.known = new Map();
    this.list = document.createElement("ul");
    this.list.id = `suggestions-${++lists}`;
    this.list.className = "suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.said = document.createElement("span");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    input.after(this.list, this.said);
    input.parentElement.classList.add("suggests");
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
      autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    })) input.setAttribute(name, value);
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.pressed(event));
    input.addEventListener("blur", () => this.close());
    // The input keeps the focus; otherwise it would be lost before the click is one.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose([...this.list.children].indexOf(option));
    });
  }

  get into() {
    const name = this.input.dataset.into;
    return name === undefined ? null : name === "" ? this.input : document.getElementById(name);
  }

  typed() {
    if (this.into && this.into !== this.input) this.fill(this.into, "");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    const text = this.input.value.trim();
    this.asking?.abort();
    if (!text) return this.close();
    const query = new URLSearchParams({ q: text });
    for (const kind of (this.input.dataset.kind || "").split(" ").filter(Boolean)) query.append("kind", kind);
    const language = new URLSearchParams(location.search).get("lang");
    if (language) query.set("lang", language);
    const address = `/suggest?${query}`;
    try {
      if (!this.known.has(address)) {
        this.asking = new AbortController();
        const response = await fetch(address, { signal: this.asking.signal, headers: { Accept: "application/json" } });
        if (!response.ok) return this.close();
        if (this.known.size >= REMEMBERED) this.known.clear();
        this.known.set(address, (await response.json()).results);
      }
      if (text === this.input.value.trim() && document.activeElement === this.input) this.show(this.known.get(address));
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(results) {
    this.results = results;
    this.list.replaceChildren(...results.map((result, place) => this.option(result, place)));
    this.mark(-1);
    this.open(results.length > 0);
    const count = results.length;
    this.said.textContent = count === 0 ? "No suggestions" : count === 1 ? "1 suggestion" : `${count} suggestions`;
  }

  option(result, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.append(piece("name", result.name, result.language));
    if (result.matched !== result.name) option.append(piece("matched", result.matched, result.matched_language));
    if (result.kind_name) option.append(piece("tag", result.kind_name, ""));
    return option;
  }

  open(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.said.textContent = "";
    this.mark(-1);
    this.open(false);
  }

  mark(place) {
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = place;
    const option = this.list.children[place];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  pressed(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const open = !this.list.hidden;
    const count = this.results.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        event.preventDefault();
        if (!open) {
          this.ask();
        } else if (!event.altKey) {
          // One place before the first is the input itself.
          const step = event.key === "ArrowDown" ? 1 : -1;
          this.mark(((this.active + 1 + step + count + 1) % (count + 1)) - 1);
        } else if (event.key === "ArrowUp") {
          this.close();
        }
        break;
      case "Enter":
        if (open && this.active >= 0) {
          event.preventDefault();
          this.choose(this.active);
        } else {
          this.close();
        }
        break;
      case "Escape":
        if (open) {
          event.preventDefault();
          this.close();
        }
        break;
      case "Home":
      case "End":
      case "ArrowLeft":
      case "ArrowRight":
        this.mark(-1);
        break;
    }
  }

  choose(place) {
    const result = this.results[place];
    const into = this.into;
    this.close();
    if (into) {
      if (into !== this.input) this.input.value = result.name;
      this.fill(into, result.iri);
    } else if (result.path) {
      location.assign(result.path);
    } else {
      this.input.value = result.name;
      this.input.form?.requestSubmit();
    }
  }

  fill(field, value) {
    if (field.value === value) return;
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function piece(name, text, language) {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  if (language) {
    span.lang = language;
    span.dir = "auto";
  }
  return span;
}

const served = new WeakSet();

function serve(input) {
  if (served.has(input)) return;
  served.add(input);
  new Suggestions(input);
}

document.querySelectorAll("input[data-suggest]").forEach(serve);
// Fields that come later, such as a further row of a form.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("input[data-suggest]")) serve(event.target);
});
