/* Buttons for paragraph and headings, since the editor's format list needs a frame that the policy forbids. */
CKEDITOR.plugins.add("apheads", {
  init: function (editor) {
    ["p", "h2", "h3", "h4"].forEach(function (tag) {
      var command = editor.addCommand("apheads-" + tag, new CKEDITOR.styleCommand(new CKEDITOR.style({ element: tag })));
      command.contextSensitive = false;
      editor.ui.addButton("Heading" + tag.toUpperCase(), { label: tag.toUpperCase(), command: "apheads-" + tag, toolbar: "blocks" });
    });
  },
});
