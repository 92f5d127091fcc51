// Offers to copy the code of each block. The words stand in the script's element, in the page's language; without
// script, code is selected as any text is.

const { copy, copied } = document.currentScript.dataset;

/** What one means to paste: of a session in a shell the commands, without their prompts and what they printed. */
function commands(text) {
  if (!text.startsWith("$ ")) return text;
  let goesOn = false;
  const typed = text.split("\n").filter((line) => {
    const isTyped = goesOn || line.startsWith("$ ");
    goesOn = isTyped && line.endsWith("\\");
    return isTyped;
  });
  return typed.map((line) => `${line.replace(/^\$ /, "")}\n`).join("");
}

const said = document.createElement("span");
said.className = "hidden";
said.role = "status";
document.querySelector("main")?.append(said);

for (const pre of document.querySelectorAll("main pre:has(> code):not([data-no-copy])")) {
  let box = pre.parentElement;
  if (!box.matches("figure.code")) {
    box = document.createElement("div");
    pre.replaceWith(box);
    box.append(pre);
  }
  box.classList.add("copyable");
  const button = document.createElement("button");
  button.className = "copy";
  button.textContent = copy;
  button.onclick = async () => {
    await navigator.clipboard.writeText(commands(pre.textContent));
    button.textContent = said.textContent = copied;
    setTimeout(() => { button.textContent = copy; said.textContent = ""; }, 2000);
  };
  box.append(button);
}
