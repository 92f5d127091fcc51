// Offers to copy the code of each block. The words stand in the script's element, in the page's language; without
// script, code is selected as any text is.

const { copy, copied } = document.currentScript.dataset;

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
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = said.textContent = copied;
    setTimeout(() => { button.textContent = copy; said.textContent = ""; }, 2000);
  };
  box.append(button);
}
