// The shop with Express, on the port it is given.
const Sentry = require("@sentry/node");
const express = require("express");

const app = express();
app.get("/ready", (_request, response) => response.send("ready"));
app.get("/cart/:item", (request, response) => {
  Sentry.setUser({ id: String(request.query.user) });
  Sentry.setTag("payment", "card");
  Sentry.addBreadcrumb({ message: `cart opened for ${request.params.item}`, level: "info" });
  response.send(String(price(request.params.item)));
});
app.get("/reject", (_request, response) => {
  Promise.reject(new Error("nobody waits for this"));
  response.send("");
});
require("./express_errors")(app);

function price(item) {
  const prices = { "A-1": { amount: 10 } };
  return prices[item].amount;
}

app.listen(Number(process.argv[2]), "127.0.0.1");
