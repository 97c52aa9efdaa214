import asyncio, socket, base64
import pytest, uvicorn
from msgspec import structs
from starlette.applications import Starlette
from starlette.routing import Mount

@pytest.mark.browser
async def test_shots(browser, app, announce, binh_duong, vinh_phuc, settled_again):
    await announce(binh_duong)
    await announce(vinh_phuc, "H62")
    last = structs.replace(binh_duong.scores[8], appraisal="50.45", points="81.46", index="81.46")
    await announce(settled_again(binh_duong, [last]), reason="Cộng nhầm điểm tiêu chí 1.1 của Bắc Tân Uyên (Công văn 12/SNV-CCHC ngày 02/7/2026)")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=[Mount("/publication", app)]), log_config=None, lifespan="off", ws="none"))
        task = asyncio.create_task(server.serve([listening]))
        site = f"http://127.0.0.1:{listening.getsockname()[1]}/publication"
        def shoot(name, path, w, dark, y, h):
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": w, "height": 900, "deviceScaleFactor": 1, "mobile": w < 500})
            browser.get(site + path)
            raw = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png"})
            size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            raw = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png", "clip": {"x":0,"y":y,"width":w,"height":min(h, size["height"]-y),"scale":1}})
            open(f"/tmp/shots/{name}.png", "wb").write(base64.b64decode(raw["data"]))
        for name, path, w, dark, y, h in [
            ("desk", "/rounds/binh-duong-2017?edition=1", 1280, False, 0, 9999),
            ("phone1", "/rounds/binh-duong-2017", 390, False, 0, 1000), ("phone2", "/rounds/binh-duong-2017", 390, False, 1000, 1200),
            ("vp", "/rounds/vinh-phuc-2019", 390, True, 0, 1300), ("unit", "/rounds/binh-duong-2017/units/H09.district-03", 1280, False, 0, 9999),
            ("unitphone", "/rounds/binh-duong-2017/units/H09.district-03", 390, False, 0, 9999), ("home", "/", 1280, False, 0, 9999), ("dark", "/rounds/binh-duong-2017", 1280, True, 0, 1600)]:
            await asyncio.to_thread(shoot, name, path, w, dark, y, h)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        server.should_exit = True
        await task
