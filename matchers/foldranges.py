"""Which characters need more than `lower()` to be folded, as ranges of code points, below the supplementary planes.

They follow from `matchers.letters.fold_one`, and are written down because to ask it for twenty thousand characters
takes a tenth of a second at every start. `tests/matchers/test_text.py` asks it, and prints what is to stand here.
"""

from __future__ import annotations

RANGES = (
    "0 2-1f 21-2f 3a-40 5b-60 7b-bb bf-c5 c7-cf d1-dd e0-e5 e7-ef f1-fd ff-125 128-131 134-137 139-13e 141-148 "
    "14c-151 154-165 168-17f 1a0-1a1 1af-1b0 1cd-1dc 1de-1e3 1e6-1f0 1f4-1f5 1f8-21b 21e-21f 226-233 2b0-2b8 "
    "2c2-2c5 2d2-2eb 2ed 2ef-36f 374-375 378-379 37e 380-390 3a2-3a3 3aa-3b0 3c2 3ca-3ce 3d0-3d6 3f0-3f2 3f5-3f6 "
    "3f9 401 451 482 530 557-558 55a-55f 589-590 5be 5c0 5c3 5c6 5c8-5cf 5eb-5ee 5f3-60f 61b-61f 622-623 625 640 "
    "649 64b-652 660-66d 670-671 6a9 6cc 6d4 6dd-6de 6e9 6f0-6f9 6fd-6fe 700-70f 74b-74c 7b2-7c9 7f6-7f9 7fb-7fc "
    "7fe-7ff 82e-83f 85c-85f 86b-86f 888 88f-897 8e2 901 911 929 931 934 93c 945 949 950 958-95f 964-970 984 "
    "98d-98e 991-992 9a9 9b1 9b3-9b5 9ba-9bb 9c5-9c6 9c9-9ca 9cf-9d6 9d8-9db 9de 9e4-9ef 9f2-9f3 9fa-9fb 9fd "
    "9ff-a00 a04 a0b-a0e a11-a12 a29 a31 a34 a37 a3a-a3b a3d a43-a46 a49-a4a a4e-a50 a52-a58 a5d a5f-a6f a76-a80 "
    "a84 a8e a92 aa9 ab1 ab4 aba-abb ac6 aca ace-acf ad1-adf ae4-af8 b00 b04 b0d-b0e b11-b12 b29 b31 b34 b3a-b3b "
    "b45-b46 b49-b4a b4e-b54 b58-b5b b5e b64-b70 b78-b81 b84 b8b-b8d b91 b96-b98 b9b b9d ba0-ba2 ba5-ba7 bab-bad "
    "bba-bbd bc3-bc5 bc9 bce-bcf bd1-bd6 bd8-bef bf3-bff c0d c11 c29 c3a-c3b c45 c49 c4e-c54 c57 c5b-c5c c5e-c5f "
    "c64-c77 c7f c84 c8d c91 ca9 cb4 cba-cbb cc5 cc9 cce-cd4 cd7-cdc cdf ce4-cf0 cf3-cff d0d d11 d45 d49 d4f-d53 "
    "d64-d6f d79 d80 d84 d97-d99 db2 dbc dbe-dbf dc7-dc9 dcb-dce dd5 dd7 de0-df1 df4-e00 e3b-e3f e4f-e80 e83 e85 "
    "e8b ea4 ea6 ebe-ebf ec5 ec7 ece-edb ee0-eff f01-f17 f1a-f29 f34 f36 f38 f3a-f3d f48 f6d-f70 f85 f98 fbd-fc5 "
    "fc7-fff 1040-104f 1090-1099 109e-109f 10c6 10c8-10cc 10ce-10cf 10fb-10fc 1249 124e-124f 1257 1259 125e-125f "
    "1289 128e-128f 12b1 12b6-12b7 12bf 12c1 12c6-12c7 12d7 1311 1316-1317 135b-135c 1360-1368 137d-137f 1390-139f "
    "13f6-13f7 13fe-1400 166d-166e 1680 169b-169f 16eb-16ed 16f9-16ff 1716-171e 1735-173f 1754-175f 176d 1771 "
    "1774-177f 17d4-17d6 17d8-17db 17de-17ef 17fa-180a 180e 1810-181f 1879-187f 18ab-18af 18f6-18ff 191f 192c-192f "
    "193c-194f 196e-196f 1975-197f 19ac-19af 19ca-19d9 19db-19ff 1a1c-1a1f 1a5f 1a7d-1a7e 1a80-1aa6 1aa8-1aaf "
    "1acf-1aff 1b4d-1b6a 1b74-1b7f 1bb0-1bb9 1bf4-1bff 1c38-1c4c 1c50-1c59 1c7e-1c7f 1c89-1c8f 1cbb-1cbc 1cc0-1ccf "
    "1cd3 1cfb-1cff 1d2c-1d2e 1d30-1d3a 1d3c-1d4d 1d4f-1d6a 1d78 1d9b-1dbf 1e00-1e99 1e9b 1ea0-1ef9 1f00-20cf "
    "20f1-2125 2127-2129 212b-2131 2133-214d 214f 2160 2164 2169 216c-2170 2174 2179 217c-217f 218a-2468 249c-24ea "
    "2500-2775 2794-2bff 2c7c-2c7d 2ce5-2cea 2cf4-2cfc 2cfe-2cff 2d26 2d28-2d2c 2d2e-2d2f 2d68-2d7e 2d97-2d9f 2da7 "
    "2daf 2db7 2dbf 2dc7 2dcf 2dd7 2ddf 2e00-2e2e 2e30-3004 3008-3020 3030 3036-303a 303d-3040 3097-3098 309b-309c "
    "30a0 30fb 3100-3104 3130-319f 31c0-31ef 3200-321f 322a-3247 3250 3260-32b0 32c0-33ff a4fe-a4ff a60d-a60f "
    "a620-a629 a62c-a63f a673 a67e a69c-a69d a6f2-a716 a720-a721 a770 a789-a78a a7cb-a7cf a7d2 a7d4 a7da-a7f4 "
    "a7f8-a7f9 a828-a82b a82d-a82f a836-a83f a874-a87f a8c6-a8df a8f8-a8fa a8fc a900-a909 a92e-a92f a954-a95f "
    "a97d-a97f a9c1-a9ce a9d0-a9df a9f0-a9f9 a9ff aa37-aa3f aa4e-aa5f aa77-aa79 aac3-aada aade-aadf aaf0-aaf1 "
    "aaf7-ab00 ab07-ab08 ab0f-ab10 ab17-ab1f ab27 ab2f ab5b-ab5f ab69-ab6f abeb abee-abff d800-dfff f900-fa0d fa10 "
    "fa12 fa15-fa1e fa20 fa22 fa25-fa26 fa2a-faff fb07-fb12 fb18-fb1c fb20-fb29 fb37 fb3d fb3f fb42 fb45 fb50-fbdc "
    "fbde-fbe9 fbfc-fbff fd3e-fd4f fd90-fd91 fdc8-fdef fdfc-fdff fe10-fe1f fe30-fe6f fe75 fe80-fef4 fefd-ffff"
)


def character_class() -> str:
    """The ranges as they stand between the brackets of a regular expression."""
    return "".join("-".join(f"\\u{int(end, 16):04x}" for end in word.split("-")) for word in RANGES.split())
