/* What the outline of the editor calls a table: its caption or its first cells, not the data behind it. */
(() => {
  const Widget = window.telepath.constructors['wagtail.widgets.Widget'];

  const words = (data) => {
    try {
      const table = JSON.parse(data || '{}');
      const first = (table.rows && table.rows[0]) || [];
      return (table.caption || first.map((cell) => cell.text).join(' ')).trim();
    } catch {
      return '';
    }
  };

  class TableWidget extends Widget {
    render(...args) {
      const bound = super.render(...args);
      bound.getTextLabel = (options) => {
        const text = words(bound.getValue());
        const most = options && options.maxLength;
        return most && text.length > most ? `${text.substring(0, most - 1)}…` : text;
      };
      return bound;
    }
  }

  window.telepath.register('caselib.widgets.TableWidget', TableWidget);
})();
