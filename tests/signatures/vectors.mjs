// Requests signed by the senders' own npm packages, or approved by them where they only check: one JSON
// object a line. A package that disagrees with its own vector throws, and nothing is printed.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { EventEmitter } from "node:events";

import { verifyWebhook } from "@clerk/backend/webhooks";
import { LinearWebhookClient } from "@linear/sdk/webhooks";
import * as octokit from "@octokit/webhooks-methods";
import { Paddle } from "@paddle/paddle-node-sdk";
import { EventWebhook } from "@sendgrid/eventwebhook";
import "@shopify/shopify-api/adapters/node";
import { ApiVersion, shopifyApi } from "@shopify/shopify-api";
import braintree from "braintree";
import { verifyKey } from "discord-interactions";
import plivo from "plivo";
import Pusher from "pusher";
import Razorpay from "razorpay";
import { Resend } from "resend";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";

const now = Math.floor(Date.now() / 1000);
const origin = "https://hooks.example.com";

/** Prints a vector. `flip` is a text of the body that is signed: one bit of it is turned in the test. */
function print(vector) {
  const { body, ...rest } = vector;
  const encoded = Buffer.from(body).toString("base64");
  console.log(JSON.stringify({ method: "POST", origin, target: "/hook?a=1", at: now, ...rest, body: encoded }));
}

function hmac(hash, key, message, encoding) {
  return crypto.createHmac(hash, key).update(message).digest(encoding);
}

/** JSON with what libraries write in different ways: a slash, letters beyond ASCII, a number's spelling. */
function json(members) {
  const text = JSON.stringify({ ...members, url: "https://example.com/a", name: "Zoë Ébène 😀" });
  return text.slice(0, -1) + ',"n":1.10 }';
}

const svixSecret = (text) => `whsec_${Buffer.from(text).toString("base64")}`;

async function stripe() {
  const secret = "whsec_stripe-secret-of-the-test";
  const body = json({ id: "evt_1", object: "event", type: "invoice.paid" });
  const header = Stripe.webhooks.generateTestHeaderString({ payload: body, secret });
  assert.equal(Stripe.webhooks.constructEvent(body, header, secret).id, "evt_1");
  print({ sender: "stripe", sdk: "stripe", secret, headers: { "Stripe-Signature": header }, body });
}

function svixHeaders(secret, body, prefix = "svix") {
  const id = "msg_2b7e151628aed2a6";
  const signature = new SvixWebhook(secret).sign(id, new Date(now * 1000), body);
  return { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: String(now), [`${prefix}-signature`]: signature };
}

async function svix() {
  const secret = svixSecret("a secret of svix, 24 bytes");
  const body = json({ type: "user.created" });
  const headers = svixHeaders(secret, body);
  new SvixWebhook(secret).verify(body, headers);
  print({ sender: "svix", sdk: "svix", secret, headers, body });
}

async function standardWebhooks() {
  const secret = svixSecret("a secret of the standard");
  const body = json({ type: "user.created", timestamp: "2026-11-24T10:00:00Z", data: {} });
  const webhook = new StandardWebhook(secret);
  const id = "msg_standard";
  const signature = webhook.sign(id, new Date(now * 1000), body);
  const headers = { "webhook-id": id, "webhook-timestamp": String(now), "webhook-signature": `v1,AAAA ${signature}` };
  webhook.verify(body, headers);
  print({ sender: "standard-webhooks", sdk: "standardwebhooks", secret, headers, body });
}

async function resend() {
  const secret = svixSecret("a secret of resend, as long");
  const body = json({ type: "email.delivered", data: { email_id: "1" } });
  const headers = svixHeaders(secret, body);
  new Resend("re_x").webhooks.verify({
    payload: body,
    headers: { id: headers["svix-id"], timestamp: headers["svix-timestamp"], signature: headers["svix-signature"] },
    webhookSecret: secret,
  });
  print({ sender: "resend", sdk: "resend", secret, headers, body });
}

async function clerk() {
  const secret = svixSecret("a secret of clerk, as long");
  const body = json({ type: "user.created", object: "event", data: { id: "user_1" } });
  const headers = svixHeaders(secret, body);
  const request = new Request(`${origin}/hook`, { method: "POST", headers, body });
  assert.equal((await verifyWebhook(request, { signingSecret: secret })).type, "user.created");
  print({ sender: "clerk", sdk: "@clerk/backend", secret, headers, body });
}

async function github() {
  const secret = "It's a secret to everybody";
  const body = json({ action: "opened" });
  const signature = await octokit.sign(secret, body);
  assert.ok(await octokit.verify(secret, body, signature));
  print({ sender: "github", sdk: "@octokit/webhooks-methods", secret, headers: { "X-Hub-Signature-256": signature }, body });
}

async function paddle() {
  const secret = "pdl_ntfset_01_secret";
  const body = json({ event_id: "evt_1", event_type: "transaction.completed", data: {} });
  const h1 = hmac("sha256", secret, `${now}:${body}`, "hex");
  const signature = `ts=${now};h1=${h1}`;
  assert.ok(await new Paddle("x").webhooks.isSignatureValid(body, secret, signature));
  print({ sender: "paddle", sdk: "@paddle/paddle-node-sdk", secret, headers: { "Paddle-Signature": signature }, body });
}

async function sendgrid() {
  const pair = crypto.generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const other = crypto.generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pasted = ({ publicKey }) => publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const body = `[${json({ event: "delivered", sg_event_id: "1" })}]`;
  const signature = crypto.sign("sha256", Buffer.from(now + body), pair.privateKey).toString("base64");
  const webhook = new EventWebhook();
  assert.ok(webhook.verifySignature(webhook.convertPublicKeyToECDSA(pasted(pair)), body, signature, String(now)));
  print({
    sender: "sendgrid",
    sdk: "@sendgrid/eventwebhook",
    secret: pasted(pair),
    other: pasted(other),
    headers: {
      "X-Twilio-Email-Event-Webhook-Signature": signature,
      "X-Twilio-Email-Event-Webhook-Timestamp": String(now),
    },
    body,
  });
}

async function shopify() {
  const secret = "shopify-client-secret";
  const body = json({ id: 820982911946154500 });
  const headers = {
    "X-Shopify-Hmac-Sha256": hmac("sha256", secret, body, "base64"),
    "X-Shopify-Topic": "orders/create",
    "X-Shopify-API-Version": "2026-07",
    "X-Shopify-Shop-Domain": "shop.myshopify.com",
    "X-Shopify-Webhook-Id": "b54557e4",
  };
  const api = shopifyApi({
    apiKey: "key",
    apiSecretKey: secret,
    hostName: "hooks.example.com",
    apiVersion: Object.values(ApiVersion)[0],
    isEmbeddedApp: false,
    logger: { log: () => {} },
  });
  const request = Object.assign(new EventEmitter(), { headers: {}, method: "POST", url: "/hook" });
  for (const [name, value] of Object.entries(headers)) request.headers[name.toLowerCase()] = value;
  const result = await api.webhooks.validate({ rawBody: body, rawRequest: request });
  assert.ok(result.valid, JSON.stringify(result));
  print({ sender: "shopify", sdk: "@shopify/shopify-api", secret, headers, body });
}

async function braintreeNotification() {
  const secret = "braintree-private-key";
  const gateway = new braintree.BraintreeGateway({
    environment: braintree.Environment.Sandbox,
    merchantId: "merchant",
    publicKey: "public_key",
    privateKey: secret,
  });
  const kind = braintree.WebhookNotification.Kind.SubscriptionWentPastDue;
  const sample = gateway.webhookTesting.sampleNotification(kind, "my_id");
  const { bt_signature, bt_payload } = await sample;
  assert.equal((await gateway.webhookNotification.parse(bt_signature, bt_payload)).kind, kind);
  const body = new URLSearchParams({ bt_signature, bt_payload }).toString();
  print({
    sender: "braintree",
    sdk: "braintree",
    secret,
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body,
    flip: bt_payload.slice(0, 8),
  });
}

async function discord() {
  const pair = crypto.generateKeyPairSync("ed25519");
  const other = crypto.generateKeyPairSync("ed25519");
  const shown = ({ publicKey }) => publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("hex");
  const body = json({ type: 1, id: "1", application_id: "2" });
  const signature = crypto.sign(null, Buffer.from(now + body), pair.privateKey).toString("hex");
  assert.ok(await verifyKey(body, signature, String(now), shown(pair)));
  print({
    sender: "discord",
    sdk: "discord-interactions",
    secret: shown(pair),
    other: shown(other),
    headers: { "X-Signature-Ed25519": signature, "X-Signature-Timestamp": String(now) },
    body,
  });
}

async function plivoV3() {
  const secret = "plivo-auth-token";
  const nonce = "12345678901234567890";
  const params = { To: "+1202", From: "+1203", Text: "Hi there", CallUUID: "a-b" };
  const sorted = Object.keys(params).sort().map((name) => name + params[name]).join("");
  for (const [target, signed, given] of [
    ["/hook", `${origin}/hook?${sorted}.${nonce}`, params],
    ["/hook?a=1", `${origin}/hook?a=1.${sorted}.${nonce}`, params],
    ["/hook?a=1", `${origin}/hook?a=1.${nonce}`, {}],
  ]) {
    const signature = hmac("sha256", secret, signed, "base64");
    assert.ok(plivo.validateV3Signature("POST", origin + target, nonce, secret, signature, given), target);
    print({
      sender: "plivo",
      sdk: "plivo",
      secret,
      target,
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Plivo-Signature-V3": `AAAA,${signature}`,
        "X-Plivo-Signature-V3-Nonce": nonce,
      },
      body: new URLSearchParams(given).toString(),
      flip: "1203",
    });
  }
}

async function pusher() {
  const secret = "pusher-secret";
  const body = json({ time_ms: now * 1000, events: [{ name: "channel_occupied", channel: "a" }] });
  const headers = { "X-Pusher-Key": "key", "X-Pusher-Signature": hmac("sha256", secret, body, "hex"), "Content-Type": "application/json" };
  const client = new Pusher({ appId: "1", key: "key", secret, cluster: "eu" });
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  assert.ok(client.webhook({ headers: lower, rawBody: body }).isValid());
  print({ sender: "pusher", sdk: "pusher", secret, headers, body });
}

async function razorpay() {
  const secret = "razorpay webhook secret";
  const body = json({ entity: "event", event: "payment.captured" });
  const signature = hmac("sha256", secret, body, "hex");
  assert.ok(Razorpay.validateWebhookSignature(body, signature, secret));
  print({ sender: "razorpay", sdk: "razorpay", secret, headers: { "X-Razorpay-Signature": signature }, body });
}

async function linear() {
  const secret = "lin_wh_secret";
  const body = json({ action: "create", type: "Issue", webhookTimestamp: now * 1000 });
  const signature = hmac("sha256", secret, body, "hex");
  assert.ok(new LinearWebhookClient(secret).verify(Buffer.from(body), signature, now * 1000));
  print({ sender: "linear", sdk: "@linear/sdk", secret, headers: { "Linear-Signature": signature }, body });
}

for (const vector of [
  stripe, svix, standardWebhooks, resend, clerk, github, paddle, sendgrid, shopify, braintreeNotification,
  discord, plivoV3, pusher, razorpay, linear,
]) {
  await vector();
}
