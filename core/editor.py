"""Configuration of the curators' rich-text editor: CKEditor 4, locked down (docs/adr/0004)."""

ALLOWED_TAGS = {
    "h2", "h3", "h4", "p", "strong", "em", "s", "sub", "sup", "ul", "ol", "li", "blockquote", "hr", "br",
    "caption", "thead", "tbody", "tr", "a", "table", "th", "td",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {
    "a": {"href", "title"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
REMOVED_PLUGINS = (
    "exportpdf,scayt,wsc,flash,iframe,iframedialog,forms,smiley,image,image2,templates,preview,print,save,"
    "newpage,sourcearea,sourcedialog,embed,embedbase,autoembed,embedsemantic,codesnippet,codesnippetgeshi,"
    "mathjax,docprops,bbcode,about,pagebreak,find,elementspath,showblocks,language,format,stylescombo,font,"
    "colorbutton,colordialog,contextmenu,liststyle,tabletools,tableselection,magicline,specialchar,"
    "uploadimage,uploadwidget,filetools,filebrowser,div"
)
CKEDITOR_CONFIGS = {
    "default": {
        "toolbar": [
            ["HeadingP", "HeadingH2", "HeadingH3", "HeadingH4"],
            ["Bold", "Italic", "Strike", "Subscript", "Superscript"],
            ["NumberedList", "BulletedList", "Blockquote"],
            ["Link", "Unlink", "Table", "HorizontalRule"],
            ["Undo", "Redo", "RemoveFormat"],
        ],
        "extraPlugins": "divarea,apheads",
        "removePlugins": REMOVED_PLUGINS,
        "allowedContent": (
            "h2 h3 h4 p strong em s sub sup ul ol li blockquote hr br caption thead tbody tr; "
            "a[!href,title]; table; th[scope,colspan,rowspan]; td[colspan,rowspan]"
        ),
        "disallowedContent": "*[on*]; *{*}; script; style; iframe; object; embed",
        "fullPage": False,
        "versionCheck": False,
        "customConfig": "",
        "stylesSet": False,
        "width": "100%",
        "height": 240,
    }
}
# The editor's buttons are inline handlers and it sets inline styles; its pages alone get this.
EDITOR_POLICY = {"script-src-attr": ["'unsafe-inline'"], "style-src": ["'unsafe-inline'"]}
# What of the editor's static files nobody can reach and nothing loads.
UNUSED_STATIC = [
    "galleriffic", "file-icons", "adobeair", "codesnippet", "codesnippetgeshi", "devtools", "preview", "mathjax",
    "flash", "smiley", "templates", "scayt", "wsc", "exportpdf", "iframe", "iframedialog", "image2", "forms",
    "embed", "embedbase", "embedsemantic", "autoembed", "docprops", "bbcode", "placeholder", "sharedspace",
    "uicolor", "stylesheetparser", "sourcedialog", "language", "colordialog", "about", "find", "div", "xml", "ajax",
    "adapters", "bender-runner.config.json", "build-config.js", "README.md", "CHANGES.md", "SECURITY.md",
]  # fmt: skip
