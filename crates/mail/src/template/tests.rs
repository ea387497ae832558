use super::*;
use proptest::prelude::*;

const COLUMNS: [&str; 9] =
    ["nom", "Société", "E-mail", "Code client", "Code", "montant", "N° d'adhérent", "2025", "échéance"];

fn columns() -> Vec<String> {
    COLUMNS.map(str::to_owned).to_vec()
}

fn row() -> Vec<String> {
    ["Zoé <b>", "Plongée & Cie", "z@x.fr", "CCT001", "7", "1234.5", "A-12", "oui", "2025-01-10"]
        .map(str::to_owned)
        .to_vec()
}

fn subject(source: &str) -> Sources {
    let template = |name: &str, source: &str| Template { name: name.into(), source: source.into() };
    Sources { to: template("to", "{{ E-mail }}"), subject: template("subject", source), ..Sources::default() }
}

fn render(source: &str) -> Result<String, String> {
    let templates = Templates::compile(&subject(source), &columns(), Audience::OneRow)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    templates.render(&row()).map(|rendered| rendered.subject).map_err(|problem| problem.to_string())
}

#[test]
fn every_column_is_usable_by_its_heading() {
    for (source, expected) in [
        ("Facture {{ nom }}", "Facture Zoé <b>"),
        ("{{ Société }}", "Plongée & Cie"),
        ("{{E-mail}} {{- Code client -}} {{ Code }}", "z@x.frCCT0017"),
        ("{{ N° d'adhérent }}", "A-12"),
        ("{{ N° d'adhérent|lower ~ 'Société' }}", "a-12Société"),
        ("{{ row['Société'] }} {{ row.nom }} {{ row[\"2025\"] }}", "Plongée & Cie Zoé <b> oui"),
        ("{{ 2025 + 1 }}", "2026"),
        ("{% if Code client == 'CCT001' %}oui{% endif %}", "oui"),
        ("{% for nom in ['a', 'b'] %}{{ nom }}{% endfor %}", "ab"),
        ("{% set x = Société %}{{ x|upper }}", "PLONGÉE & CIE"),
        ("{% raw %}{{ Société }}{% endraw %}{# Société #}", "{{ Société }}"),
        ("Société E-mail { {", "Société E-mail { {"),
        ("{{ montant|euros }}", "1\u{202f}234,50\u{a0}€"),
        ("{{ montant|nombre(0) }} {{ montant|nombre(decimals=1) if false else '' }}", "1\u{202f}235"),
        ("{{ échéance|date_fr }}", "10 janvier 2025"),
        ("{{ Société|majuscules }}", "PLONGÉE & CIE"),
        ("{% if montant|valeur > 1000 %}gros{% endif %}", "gros"),
        ("ligne 1\nligne 2\n", "ligne 1 ligne 2"),
    ] {
        assert_eq!(render(source), Ok(expected.to_owned()), "{source}");
    }
}

#[test]
fn case_and_accents_of_a_heading_do_not_matter_where_one_column_is_meant() {
    for (source, expected) in [
        ("{{ société }} {{ SOCIETE|lower }}", "Plongée & Cie plongée & cie"),
        ("{{ Nom }} {{ code Client }} {{ e-mail }}", "Zoé <b> CCT001 z@x.fr"),
        ("{{ echeance|date_fr }} {{ Échéance }}", "10 janvier 2025 2025-01-10"),
        ("{% set societe = 'x' %}{{ societe }}", "x"),
        ("{% for Nom in ['a'] %}{{ Nom }}{% endfor %}", "a"),
        ("{% if nom is lower or NOM %}oui{% endif %}", "oui"),
    ] {
        assert_eq!(render(source), Ok(expected.to_owned()), "{source}");
    }
    let two = ["Période".to_owned(), "PERIODE".to_owned()];
    let sources = Sources { to: Template::default(), ..subject("{{ periode }}") };
    let problems = Templates::compile(&sources, &two, Audience::OneRow).unwrap_err();
    assert!(problems[0].to_string().contains("no column is called `periode`, did you mean"), "{problems:?}");
    let sources = Sources { to: Template::default(), ..subject("{{ Période }}/{{ PERIODE }}") };
    let rendered = Templates::compile(&sources, &two, Audience::OneRow).unwrap().render(&["a".into(), "b".into()]);
    assert_eq!(rendered.unwrap().subject, "a/b");
}

#[test]
fn every_unknown_name_is_told_at_once_with_accents_or_without() {
    let said = render("{{ prénom }} {{ zzz }} {{ nom }} {{ téléphone|upper }} {{ prénom }} {{ 'à' }}").unwrap_err();
    for name in ["prénom", "zzz", "téléphone"] {
        assert_eq!(said.matches(&format!("no column is called `{name}`")).count(), 1, "{said}");
    }
    assert!(said.starts_with("subject:1:4: no column is called `prénom`, the columns are \"nom\""), "{said}");
    assert!(!said.contains("unexpected"), "{said}");
    assert!(render("{{ sociétée }}").unwrap_err().contains("did you mean `Société`?"));
}

#[test]
fn html_is_escaped_and_text_is_not() {
    let template = |source: &str| Some(Template { name: "x".into(), source: source.into() });
    let sources = Sources { text: template("{{ nom }}"), html: template("{{ nom }}{{ Société }}"), ..subject("s") };
    let rendered = Templates::compile(&sources, &columns(), Audience::OneRow).unwrap().render(&row()).unwrap();
    assert_eq!(rendered.text.as_deref(), Some("Zoé <b>"));
    assert_eq!(rendered.html.as_deref(), Some("Zoé &lt;b&gt;Plongée &amp; Cie"));
    assert_eq!(rendered.to, "z@x.fr");
}

#[test]
fn a_mistake_is_shown_with_its_place_and_what_was_meant() {
    let errors = [
        "Bonjour {{ nmo }}",
        "{{ Société }} {{ Code cliant }}",
        "{{ E-mial }}",
        "{{ Société }} {{ nom | zzz }}",
        "{{ Société ",
        "{% if nom %}x",
        "{{ telephone }}",
        "{{ row['Societe'] }}",
        "{{ nom|euros }}",
        "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
    ]
    .map(|source| render(source).unwrap_err());
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_line_break_from_a_cell_never_reaches_a_header() {
    let templates = Templates::compile(&subject("Pour {{ nom }}"), &columns(), Audience::OneRow).unwrap();
    let mut values = row();
    values[0] = "Zoé\r\nBcc: e@x.fr".into();
    let problem = templates.render(&values).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "subject: a cell puts a line break into `subject`, delete the line break from the cell"
    );
}

#[test]
fn a_group_reads_one_message() {
    let problems =
        Templates::compile(&subject("{{ nom }} {{ Code client }}"), &columns(), Audience::Group).unwrap_err();
    assert_eq!(problems.len(), 2);
    assert!(
        problems[1]
            .to_string()
            .starts_with("subject:1:14: uses the column `Code client`, but all recipients of a group")
    );
    Templates::compile(&subject("Bonjour à tous"), &columns(), Audience::Group).unwrap();
}

#[test]
fn a_column_printed_without_a_guard_is_required() {
    let source = "{{ nom }} {{ Société|default('x', true) }} {% if Code %}{{ montant }}{% endif %} {{ Code client }}";
    let templates = Templates::compile(&subject(source), &columns(), Audience::OneRow).unwrap();
    let required: Vec<&str> = templates.required_columns().into_iter().map(|index| COLUMNS[index]).collect();
    assert_eq!(required, ["nom", "E-mail", "Code client"]);
}

#[test]
fn numbers_and_dates_as_french_spreadsheets_write_them() {
    for (text, expected) in [
        ("1234,5", "1\u{202f}234,50"),
        ("1 234,505 €", "1\u{202f}234,51"),
        ("1.234.567", "1\u{202f}234\u{202f}567,00"),
        ("1.234,50", "1\u{202f}234,50"),
        ("1,234.50", "1\u{202f}234,50"),
        ("-0,001", "0,00"),
        ("-12", "-12,00"),
        ("999,999", "1\u{202f}000,00"),
        (",5", "0,50"),
    ] {
        let mut values = row();
        values[5] = text.into();
        let templates = Templates::compile(&subject("{{ montant|nombre }}"), &columns(), Audience::OneRow).unwrap();
        assert_eq!(templates.render(&values).unwrap().subject, expected, "{text}");
    }
    for (text, expected) in [
        ("01/02/2025", Some("1er février 2025")),
        ("31.12.25", Some("31 décembre 2025")),
        ("31/02/2025", None),
        ("demain", None),
    ] {
        let mut values = row();
        values[8] = text.into();
        let templates = Templates::compile(&subject("{{ échéance|date_fr }}"), &columns(), Audience::OneRow).unwrap();
        assert_eq!(templates.render(&values).ok().map(|rendered| rendered.subject).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_template_does_not_work_through_a_long_cell_again_and_again() {
    let mut values = row();
    values[0] = "x".repeat(250_000);
    let long = "a,".repeat(4_000);
    for (source, cell) in [
        ("{% for i in range(9999) %}{% set x = nom|replace('x','yyy') %}{% endfor %}", &values[0]),
        ("{% for i in range(9999) %}{% if nom|upper == 'a' %}{% endif %}{% endfor %}", &values[0]),
        (
            "{% set x = nom %}{% for i in range(9999) %}{% if x|list|sort|length == 1 %}{% endif %}{% endfor %}",
            &values[0],
        ),
        ("{% for i in range(9999) %}{% if i is in(nom|list) %}{% endif %}{% endfor %}", &values[0]),
        ("{% for i in range(9999) %}{% if 'b' in nom %}{% endif %}{% endfor %}", &values[0]),
        ("{% set x = nom %}{% for i in range(9999) %}{% if 'b' in x %}{% endif %}{% endfor %}", &values[0]),
        ("{% for i in range(9999) %}{% set x = nom|split(',')|unique|map('upper')|join %}{% endfor %}", &long),
    ] {
        let mut values = values.clone();
        values[0].clone_from(cell);
        let templates = Templates::compile(&subject(source), &columns(), Audience::OneRow).unwrap();
        let begun = std::time::Instant::now();
        let problem = templates.render(&values).unwrap_err().to_string();
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{source}: {:?}", begun.elapsed());
        assert!(problem.contains("of text, shorten") || problem.contains("too many steps"), "{source}: {problem}");
    }
    let templates =
        Templates::compile(&subject("{{ nom|replace('x','y')|upper|length }}"), &columns(), Audience::OneRow);
    assert_eq!(templates.unwrap().render(&values).unwrap().subject, "250000");
}

#[test]
fn what_fuel_and_a_bounded_output_do_not_see_is_refused() {
    // Each of them takes gigabytes, or minutes, with nothing but minijinja's own bounds.
    let piece = "x".repeat(60_000);
    for source in [
        "{{ range(90000)|join('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' ~ row.nom)|length }}".to_owned(),
        "{{ nom|replace('x', nom)|length }}".into(),
        format!("{{% set a = nom %}}{}{{{{ a|length }}}}", "{% set a = a ~ a %}".repeat(27)),
        "{{ 'x'|indent(1000000000, true)|length }}".into(),
        "{{ '%1000000000d'|format(1)|length }}".into(),
        "{{ ('x' * 1000000000)|length }}".into(),
        "{{ [1]|batch(1000000000, 1)|list|length }}".into(),
        "{{ [1]|slice(100000000, 1)|list|length }}".into(),
        "{% set a %}{% for i in range(20000) %}{{ nom }}{% endfor %}{% endset %}{{ a|length }}".into(),
        "{% set n = namespace(a='x') %}{% for i in range(30) %}{% set n.a = n.a ~ n.a %}{% endfor %}".into(),
        "{% for i in range(9999) %}{% set a = nom[1:] %}{% endfor %}".into(),
        format!("{{% filter upper %}}{{% for i in range(9999) %}}{piece}{{% endfor %}}{{% endfilter %}}"),
        format!("{{% for i in [1] recursive %}}{{% for j in range(9999) %}}{piece}{{% endfor %}}{{% endfor %}}"),
        format!(
            "{{% set a = nom %}}{{% for i in range(9999) %}}{{{{ (a{})|length }}}}{{% endfor %}}",
            " ~ a".repeat(99)
        ),
    ] {
        let mut values = row();
        values[0] = "x".repeat(250_000);
        let begun = std::time::Instant::now();
        let said = match Templates::compile(&subject(&source), &columns(), Audience::OneRow) {
            Ok(templates) => templates.render(&values).unwrap_err().to_string(),
            Err(problems) => problems[0].to_string(),
        };
        let shown: String = source.chars().take(80).collect();
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{shown}: {:?}", begun.elapsed());
        assert!(said.starts_with("subject:1:") && said.contains(", "), "{shown}: {said}");
    }
}

proptest! {
    #[test]
    fn any_source_compiles_or_is_refused(source in "(\\{\\{|\\}\\}|\\{%|%\\}|\\{#|'|\"|nom|E-mail|N° d'adhérent|Société|row|if| |é|\\[|\\]|\\.|\n|\\\\){0,25}") {
        if let Ok(templates) = Templates::compile(&subject(&source), &columns(), Audience::OneRow) {
            let _ = templates.render(&row());
        }
    }

    #[test]
    fn any_heading_prints_its_cell(heading in "[\\p{L}][\\p{L}0-9°'() _/.%&-]{0,20}[\\p{L}0-9]", value in "[a-z]{1,10}") {
        prop_assume!(!heading.contains("  ") && !heading.contains("%}"));
        let reserved = ["if", "in", "is", "or", "as", "do"].contains(&heading.as_str()) || heading.len() > 2 && heading.chars().all(|c| c.is_ascii_lowercase());
        prop_assume!(!reserved && !["True", "False", "None"].contains(&heading.as_str()));
        let sources = Sources { to: Template::default(), ..subject(&format!("{{{{ {heading} }}}}")) };
        let templates = Templates::compile(&sources, &[heading], Audience::OneRow).unwrap();
        prop_assert_eq!(templates.render(std::slice::from_ref(&value)).unwrap().subject, value);
    }
}
