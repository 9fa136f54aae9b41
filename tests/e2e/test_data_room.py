"""Files as people have them: dropped into the panel, or opened from the notebook's folder."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import expect

from .conftest import INLINE
from .notebook import PATIENCE_MS

SURROUNDINGS = INLINE | {"NBML_LANGUAGE": "en"}
SHEET = "測定結果 2026年\n試料番号,温度[℃],圧力[MPa],備考,強度[MPa]\n" + "".join(
    f"S-{n:03},{150 + n % 40},{1 + n / 100:.2f},{'良' if n % 3 else '－'},{300 + (n * 37) % 90}\n"
    for n in range(300)
)
DROP = """(zone, [name, content]) => {
    const bytes = Uint8Array.from(atob(content), char => char.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name));
    for (const kind of ["dragenter", "dragover", "drop"])
        zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
}"""

pytestmark = pytest.mark.timeout(600)


def drop(bench, name, content):
    """Drop a file on the zone."""
    zone = bench.root.locator(".nbml-dropzone")
    zone.wait_for(timeout=PATIENCE_MS)
    zone.evaluate(DROP, [name, base64.b64encode(content).decode()])


def test_a_dropped_file_in_cp932_is_read_right(notebook, bench, shoot):
    """Encoding, a title over the header, full-width marks, units in brackets; and trained on."""
    notebook.open(["import nbml\npanel = nbml.workbench()\npanel"]).run()
    drop(bench, "測定.csv", SHEET.encode("cp932"))
    expect(bench.tab("Columns")).to_be_visible(timeout=PATIENCE_MS)
    sentence = bench.root.locator(".nbml-data-sentence")
    expect(sentence).to_contain_text("CP932")
    expect(sentence).to_contain_text("header in line 2")
    expect(bench.root.get_by_role("grid")).to_contain_text("温度")
    shoot(bench.root, "data_cp932")
    bench.tab("Columns").click()
    unit = bench.root.get_by_label("Unit of 強度[MPa]")
    expect(unit).to_have_value("MPa")
    bench.say_role("強度[MPa]", "target")
    bench.button("Undo").click()
    expect(bench.root.get_by_label("Role of 強度[MPa]")).to_have_value("feature", timeout=PATIENCE_MS)
    bench.button("Redo").click()
    expect(bench.root.get_by_label("Role of 強度[MPa]")).to_have_value("target", timeout=PATIENCE_MS)
    shoot(bench.root, "data_cp932_columns")
    bench.button("Go to Train").click()
    bench.trials(2).train()
    bench.wait_state("Done")
    expect(bench.verdict).to_contain_text("MPa", timeout=PATIENCE_MS)
    shoot(bench.root, "train_cp932")
    notebook.add("print(panel.table.frame.shape, *panel.table.columns.names)")
    expect(notebook.page.locator(".jp-OutputArea-output").last).to_contain_text("(300, 5)")


def test_files_of_the_folder_and_what_is_no_table(notebook, bench, lab, shoot):
    """A file by its name; one that cannot be read says why in place, and the next one is read."""
    (lab.notebooks / "mix.csv").write_text("a,b\n1,2\n3,4\n5,6\n7,8\n", encoding="utf-8")
    (lab.notebooks / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    notebook.open(["import nbml\npanel = nbml.workbench()\npanel"]).run()
    bench.root.get_by_role("radio", name="Files", exact=True).check(force=True)
    bench.root.get_by_role("button", name="broken.xlsx").click()
    expect(bench.root.locator(".nbml-notice, .nbml-fault").first).to_be_visible(timeout=PATIENCE_MS)
    expect(bench.root).to_contain_text("NBML-R08")
    shoot(bench.root, "data_fault")
    bench.button("Choose another").click()
    bench.choose("mix.csv", "Files")
    expect(bench.root.get_by_role("grid")).to_contain_text("7")
