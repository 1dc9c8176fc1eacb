//! What is wrong with a table is said with its line and key.

use super::*;

#[test]
fn mistakes_are_named_by_line_and_key() {
    let table = "\n[[signature]]\nkind = \"hmac\"\nhash = \"sha256\"\nvalue = \"header.x\"\nmessage = \"{raw}\"\n";
    let cases = [
        (
            table.replace("sha256", "crc"),
            "7: signature.hash: `crc` is no hash",
        ),
        (
            table.replace("header.x", "cookie"),
            "8: signature.value: `cookie` is no selector",
        ),
        (
            table.replace("header.x", "header.x|field:v1"),
            "8: signature.value: `header.x|field:v1` is no selector; filters stand in braces",
        ),
        (
            table.replace("{raw}", "{raw"),
            "9: signature.message: `{raw` has a brace",
        ),
        (
            table.replace("{raw}", "{raw|rot13}"),
            "9: signature.message: `rot13` is no filter",
        ),
        (
            table.replace("{raw}", "{form}"),
            "9: signature.message: `form` is written `{form|sorted}`",
        ),
        (
            table.replace("{raw}", "{secret}"),
            "9: signature.message: `{secret}` stands in the messages of kind `hash`",
        ),
        (
            table.replace("hash = \"sha256\"\n", ""),
            "signature: kind `hmac` needs a `hash`",
        ),
        (
            table.replace("message = \"{raw}\"\n", ""),
            "signature: kind `hmac` needs a `message`",
        ),
        (
            table.replace("value = \"header.x\"\n", ""),
            "signature: a `value` is needed",
        ),
        (
            format!("{table}encoding = \"rot13\"\n"),
            "10: signature.encoding: `rot13` is no encoding",
        ),
        (
            format!("{table}encoding = \"none\"\n"),
            "10: signature.encoding: `none` is for tokens",
        ),
        (
            format!("{table}key = \"jwk\"\n"),
            "10: signature.key: `jwk` is no key form",
        ),
        (
            format!("{table}separator = \"\"\n"),
            "10: signature.separator: this cannot be empty",
        ),
        (
            format!("{table}timestamp = \"{{x}}\"\n"),
            "10: signature.timestamp: `x` is no selector",
        ),
        (
            format!("{table}tolerance_s = 300\n"),
            "signature: `tolerance_s` needs a `timestamp`",
        ),
        (
            format!("{table}colour = 1\n"),
            "10: signature.colour: unknown field",
        ),
        (
            "\n[[signature]]\nkind = \"external\"\n".to_owned(),
            "signature: kind `external` needs a `reason`",
        ),
        (
            "\n[[signature]]\nkind = \"equal\"\n".to_owned(),
            "signature: a `value` is needed",
        ),
    ];
    for (table, expected) in cases {
        let (_, errors) = load(&table);
        assert_eq!(errors.len(), 1, "{table}");
        assert!(errors[0].contains(expected), "{expected}: {}", errors[0]);
    }
}

#[test]
fn a_way_to_sign_can_be_described() {
    let catalogue = catalogue(&format!(
        "{GITHUB}[[signature]]\nname = \"token\"\nkind = \"equal\"\nvalue = \"body.a.token\"\n"
    ));
    let [github, token] = catalogue.signatures("shop") else {
        panic!("two tables");
    };
    assert_eq!(github.place(), "header x-hub-signature-256");
    assert_eq!(github.secret_hint(), Some("The webhook's secret"));
    assert_eq!(
        (token.name(), token.place()),
        (Some("token"), "body value a.token")
    );
    assert_eq!(token.kind(), SignatureKind::Equal);
}
