//! What the mailing pages are made of, and no page here uses yet.

use crate::layout::view::View;
use askama::Template;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{% extends "layout.html" %}{% block title %}Components{% endblock %}{% block body %}
<div class="head"><h1>{{ v.t("menu-new") }}</h1></div>
<ol class="steps"><li class="done"><a href="#">Destinataires</a></li><li aria-current="step">Message</li><li>Vérification</li><li>Essai</li><li>Envoi</li></ol>
<div class="split">
<div class="stack">
<div class="drop">{% call m::icon("upload") %}{% endcall %}<b>Déposez le fichier CSV et les PDF</b><span class="small">ou choisissez-les</span><label class="button">Parcourir…<input class="sr" type="file" multiple></label></div>
<section class="card"><ul class="files"><li>{% call m::icon("file") %}{% endcall %}destinataires.csv <span class="soft small">48 ko</span><span class="badge good">{% call m::icon("succeeded") %}{% endcall %}500</span></li><li>{% call m::icon("file") %}{% endcall %}factures.zip <span class="soft small">92 Mo</span><span class="badge doubt">{% call m::icon("warn") %}{% endcall %}498</span></li></ul></section>
<section class="card"><div class="field"><label for="text">Texte</label><div class="vars"><code>prenom</code><code>reference</code><code>montant</code></div><textarea class="input code" id="text">Bonjour {{ "{{" }} prenom {{ "}}" }},</textarea><p class="hint">Les colonnes du fichier s’insèrent d’un clic.</p></div></section>
</div>
<div class="stick stack">
<div class="preview"><dl class="preview-head"><div><dt>À</dt><dd>Anaïs Lefèvre &lt;anais@example.org&gt;</dd></div><div><dt>Objet</dt><dd>Votre facture de novembre</dd></div></dl><pre>Bonjour Anaïs,

Votre facture FAC-2026-1187 est jointe.</pre></div>
<section class="card flush"><div class="card-head"><h2>3 problèmes</h2></div><ul class="problems"><li class="fatal">{% call m::icon("failed") %}{% endcall %}<span class="where">ligne 14</span><span>La colonne « email » est vide.</span><button class="button small">Corriger</button></li><li class="fatal">{% call m::icon("failed") %}{% endcall %}<span class="where">ligne 207</span><span>Le fichier FAC-2026-1204.pdf manque.</span><button class="button small">Passer</button></li><li class="mild">{% call m::icon("warn") %}{% endcall %}<span class="where">ligne 311</span><span>Même adresse qu’à la ligne 12.</span><button class="button small">Passer</button></li></ul></section>
<div class="notice ok">{% call m::icon("check") %}{% endcall %}<div><p>Test envoyé à m.durand@example.org.</p></div></div>
<div class="form-foot"><button class="button primary">Continuer</button><button class="button">Précédent</button><button class="button quiet">Plus tard</button><button class="button danger">Supprimer</button><button class="button" disabled>Indisponible</button></div>
</div>
</div>
{% endblock %}"##
)]
struct Components<'a> {
    v: &'a View,
}

pub(crate) fn page(v: &View) -> String {
    Components { v }.render().unwrap()
}
