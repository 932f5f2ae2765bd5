/* Two Stimulus controllers of the resource editor: the filter over a tree of terms, and the grid over a table's data. */
(() => {
  const zh = document.documentElement.lang.startsWith('zh');
  const words = zh
    ? { row: '加一行', column: '加一列', dropRow: '删末行', dropColumn: '删末列', caption: '表题', headers: '表头行数', paste: '可从 Word 或 Excel 复制表格后直接粘贴到单元格。' }
    : { row: 'Add row', column: 'Add column', dropRow: 'Remove last row', dropColumn: 'Remove last column', caption: 'Caption', headers: 'Header rows', paste: 'A table copied from Word or Excel can be pasted into a cell.' };

  class TermTree extends window.StimulusModule.Controller {
    static targets = ['filter', 'term'];

    filter() {
      const wanted = this.filterTarget.value.trim().toLowerCase();
      this.termTargets.forEach((term) => {
        const ticked = term.querySelector('input').checked;
        term.hidden = Boolean(wanted) && !ticked && !term.textContent.toLowerCase().includes(wanted);
      });
    }
  }

  class CaseTable extends window.StimulusModule.Controller {
    connect() {
      if (this.grid) return;
      try {
        this.table = JSON.parse(this.element.value || '{}');
      } catch {
        return; // Unreadable data stays in the text area, where it can be mended by hand.
      }
      this.table.rows = this.table.rows && this.table.rows.length ? this.table.rows : [['', ''], ['', '']].map((r) => r.map((t) => ({ text: t, colspan: 1, rowspan: 1 })));
      this.grid = document.createElement('div');
      this.element.before(this.grid);
      this.element.hidden = true;
      this.draw();
    }

    disconnect() {
      if (this.grid) this.grid.remove();
      this.grid = null;
      this.element.hidden = false;
    }

    store() {
      const empty = this.table.rows.every((row) => row.every((cell) => !cell.text.trim()));
      this.element.value = JSON.stringify(empty ? {} : this.table);
      this.element.dispatchEvent(new Event('change', { bubbles: true }));
    }

    button(label, act) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'button button-small button-secondary';
      button.textContent = label;
      button.addEventListener('click', () => { act(); this.store(); this.draw(); });
      return button;
    }

    input(label, type, value, act) {
      const wrap = document.createElement('label');
      const input = document.createElement('input');
      input.type = type;
      input.value = value;
      if (type === 'number') { input.min = 0; input.max = 10; }
      input.addEventListener('change', () => { act(input.value); this.store(); this.draw(); });
      wrap.append(label, ' ', input);
      return wrap;
    }

    draw() {
      const rows = this.table.rows;
      const table = document.createElement('table');
      rows.forEach((row, y) => {
        const tr = table.insertRow();
        tr.className = y < (this.table.header_rows || 0) ? 'is-header' : '';
        row.forEach((cell) => {
          const td = tr.insertCell();
          td.colSpan = cell.colspan || 1;
          td.rowSpan = cell.rowspan || 1;
          const box = document.createElement('div');
          box.contentEditable = 'plaintext-only';
          box.textContent = cell.text;
          box.addEventListener('input', () => { cell.text = box.innerText.trimEnd(); this.store(); });
          box.addEventListener('paste', (event) => this.paste(event));
          td.append(box);
        });
      });
      const holder = document.createElement('div');
      holder.className = 'case-table';
      holder.append(table);
      const acts = document.createElement('div');
      acts.className = 'case-table__acts';
      const fresh = () => ({ text: '', colspan: 1, rowspan: 1 });
      const width = () => Math.max(1, ...rows.map((row) => row.length));
      acts.append(
        this.button(words.row, () => rows.push(Array.from({ length: width() }, fresh))),
        this.button(words.column, () => rows.forEach((row) => row.push(fresh()))),
        this.button(words.dropRow, () => { if (rows.length > 1) rows.pop(); }),
        this.button(words.dropColumn, () => { if (width() > 1) rows.forEach((row) => row.pop()); }),
      );
      const facts = document.createElement('div');
      facts.className = 'case-table__acts';
      facts.append(
        this.input(words.caption, 'text', this.table.caption || '', (value) => { this.table.caption = value; }),
        this.input(words.headers, 'number', this.table.header_rows || 0, (value) => { this.table.header_rows = Number(value) || 0; }),
        words.paste,
      );
      this.grid.replaceChildren(facts, holder, acts);
    }

    paste(event) {
      const html = event.clipboardData.getData('text/html');
      const parsed = new DOMParser().parseFromString(html, 'text/html').querySelector('table');
      const plain = event.clipboardData.getData('text/plain');
      if (!parsed && !plain.includes('\t')) return;
      event.preventDefault();
      this.table.rows = parsed
        ? [...parsed.rows].map((row) => [...row.cells].map((cell) => ({ text: cell.innerText.trim(), colspan: cell.colSpan, rowspan: cell.rowSpan })))
        : plain.trimEnd().split('\n').map((line) => line.split('\t').map((value) => ({ text: value.trim(), colspan: 1, rowspan: 1 })));
      this.store();
      this.draw();
    }
  }

  window.wagtail.app.register('term-tree', TermTree);
  window.wagtail.app.register('case-table', CaseTable);
})();
