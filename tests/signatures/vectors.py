"""Requests signed by the senders' own PyPI packages, or approved by them where they only check: one JSON
object a line. A package that disagrees with its own vector raises, and nothing is printed."""

import base64
import datetime
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

from Adyen import util as adyen
from box_sdk_gen.internal.utils import escape_unicode
from box_sdk_gen.managers.webhooks import WebhooksManager
from elevenlabs.webhooks_custom import WebhooksClient
from hubspot.utils.signature import Signature
from plivo.utils import validate_v3_signature
from slack_sdk.signature import SignatureVerifier
from square.utils.webhooks_helper import verify_signature
from twilio.request_validator import RequestValidator

NOW = int(time.time())
ORIGIN = "https://hooks.example.com"
TARGET = "/hook?a=1"
FORM = "application/x-www-form-urlencoded"


def show(sender, sdk, secret, headers, body, **more):
    """Prints a vector. `flip` is a text of the body that is signed: one bit of it is turned in the test."""
    vector = {
        "sender": sender,
        "sdk": sdk,
        "secret": secret,
        "method": "POST",
        "origin": ORIGIN,
        "target": TARGET,
        "at": NOW,
        "headers": headers,
        "body": base64.b64encode(body.encode()).decode(),
        **more,
    }
    print(json.dumps(vector))


def text(**members):
    """JSON with what libraries write in different ways: a slash, letters beyond ASCII, blanks."""
    members |= {"url": "https://example.com/a", "name": "Zoë Ébène 😀"}
    return json.dumps(members, ensure_ascii=False)


def sign(secret, message, digest=hashlib.sha256):
    return hmac.new(secret.encode(), message.encode(), digest)


def slack():
    secret = "8f742231b10e8888abcd99yyyzzz85a5"
    body = "token=x&command=%2Fweather&text=94070&user_name=Zo%C3%AB"
    verifier = SignatureVerifier(secret)
    signature = verifier.generate_signature(timestamp=str(NOW), body=body)
    assert verifier.is_valid(body=body, timestamp=str(NOW), signature=signature)
    headers = {"X-Slack-Request-Timestamp": str(NOW), "X-Slack-Signature": signature, "Content-Type": FORM}
    show("slack", "slack_sdk", secret, headers, body)


def twilio():
    secret = "twilio-auth-token"
    params = {"To": "+12025550100", "From": "+12025550101", "Body": "Hi, Zoë & co", "Empty": ""}
    validator = RequestValidator(secret)
    for origin in (ORIGIN, ORIGIN + ":443"):
        signature = validator.compute_signature(origin + TARGET, params)
        assert validator.validate(ORIGIN + TARGET, params, signature)
        headers = {"X-Twilio-Signature": signature, "Content-Type": FORM}
        show("twilio", "twilio", secret, headers, urlencode(params), flip="0101")
    body = text(a=1)
    target = "/hook?bodySHA256=" + hashlib.sha256(body.encode()).hexdigest()
    signature = validator.compute_signature(ORIGIN + target, {})
    assert validator.validate(ORIGIN + target, body, signature)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/json"}
    show("twilio", "twilio", secret, headers, body, target=target)


def square():
    secret = "square-signature-key"
    body = text(merchant_id="M", type="payment.updated")
    signature = base64.b64encode(sign(secret, ORIGIN + TARGET + body).digest()).decode()
    assert verify_signature(
        request_body=body, signature_header=signature, signature_key=secret, notification_url=ORIGIN + TARGET
    )
    show("square", "squareup", secret, {"X-Square-HmacSha256-Signature": signature}, body)


def hubspot():
    secret = "hubspot-client-secret"
    body = "[" + text(eventId=1, subscriptionType="contact.creation") + "]"
    url = ORIGIN + TARGET
    stamp = str(NOW * 1000)
    for version, header in (("v1", ""), ("v2", ""), ("v3", "-v3")):
        signature = Signature.get_signature(secret, body, version, url, "POST", stamp)
        assert Signature.is_valid(signature, secret, body, url, "POST", version, stamp)
        headers = {f"X-HubSpot-Signature{header}": signature, "X-HubSpot-Request-Timestamp": stamp}
        show("hubspot", "hubspot-api-client", secret, headers, body)


def box():
    secret = "box-primary-signature-key"
    body = text(type="webhook_event", trigger="FILE.UPLOADED")
    stamp = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc).isoformat(timespec="seconds")
    # Its packages also take a signature over the JSON as PHP writes it, whatever arrived.
    php = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
    for body, signed in ((body, body), (php, escape_unicode(php))):
        signature = base64.b64encode(sign(secret, signed + stamp).digest()).decode()
        headers = {
            "box-delivery-timestamp": stamp,
            "box-signature-algorithm": "HmacSHA256",
            "box-signature-primary": signature,
            "box-signature-version": "1",
        }
        assert WebhooksManager.validate_message(body, headers, secret)
        show("box", "boxsdk", secret, headers, body)


def elevenlabs():
    secret = "wsec_elevenlabs"
    body = text(type="post_call_transcription")
    header = f"t={NOW},v0=" + sign(secret, f"{NOW}.{body}").hexdigest()
    client = WebhooksClient.__new__(WebhooksClient)
    assert client.construct_event(body, header, secret)["type"] == "post_call_transcription"
    show("elevenlabs", "elevenlabs", secret, {"ElevenLabs-Signature": header}, body)


def plivo():
    secret = "plivo-auth-token"
    nonce = "12345"
    params = {"To": "1202", "From": "1203", "Text": "Hi there"}
    joined = "".join(name + params[name] for name in sorted(params))
    signature = base64.b64encode(sign(secret, f"{ORIGIN}/hook?{joined}.{nonce}").digest()).decode()
    assert validate_v3_signature("POST", ORIGIN + "/hook", nonce, secret, signature, dict(params))
    headers = {"X-Plivo-Signature-V3": signature, "X-Plivo-Signature-V3-Nonce": nonce, "Content-Type": FORM}
    show("plivo", "plivo (PyPI)", secret, headers, urlencode(params), target="/hook", flip="1203")


def adyen_standard():
    secret = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
    item = {
        "additionalData": {"hmacSignature": ""},
        "amount": {"currency": "EUR", "value": 1130},
        "eventCode": "AUTHORISATION",
        "eventDate": "2026-11-24T10:00:00+01:00",
        "merchantAccountCode": "TestMerchant",
        "merchantReference": "Zoë:1/2",
        "pspReference": "7914073381342284",
        "success": "true",
    }
    for original in ({}, {"originalReference": ""}, {"originalReference": "7914073381342283"}):
        item |= original
        item["additionalData"] = {"hmacSignature": adyen.generate_notification_sig(item, secret).decode()}
        message = {"live": "false", "notificationItems": [{"NotificationRequestItem": item}]}
        assert adyen.is_valid_hmac_notification(message, secret)
        show("adyen", "Adyen", secret, {}, json.dumps(message), flip="7914073381342284", other="00" * 32)


def adyen_platform():
    secret = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
    body = text(type="balancePlatform.accountHolder.created")
    signature = adyen.generate_payload_sig(body.encode(), secret).decode()
    assert adyen.is_valid_hmac_payload(signature, secret, body.encode())
    show("adyen", "Adyen", secret, {"HmacSignature": signature}, body, other="00" * 32)


for vector in (slack, twilio, square, hubspot, box, elevenlabs, plivo, adyen_standard, adyen_platform):
    vector()
