// Alt+1 … Alt+7 go to the pages of the menu, in its order.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !/^Digit[1-9]$/.test(event.code)) return;
  const link = document.querySelectorAll(".side-nav a")[Number(event.code.slice(5)) - 1];
  if (!link) return;
  event.preventDefault();
  link.click();
});
