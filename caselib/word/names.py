"""Recognises the lines under a title: which name an institution, which a person."""

from __future__ import annotations

import re
from functools import lru_cache

# Characters of names and places: those beyond the first block as well, 㵲水, 𠮷田.
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_DOTS = re.compile("[•‧∙⋅・･]")  # what stands for the dot within a name, 买买提·阿不都
_PLACE = r"(?:省|市|县|区|州|盟|旗|乡|镇|村|街道|兵团)"
_BODY = (
    r"(?:委员会|组织部|宣传部|统战部|政法委|纪委监委|纪委|监委|党校|行政学院|干部学院|学院|大学|学校|中学|小学|幼儿园|研究院|研究所|研究室|"
    r"委党校|人民政府|政府|办公室|办公厅|局|厅|院|所|中心|集团|公司|企业|银行|医院|检察院|法院|协会|联合会|工会|团委|妇联|党委|党组|"
    r"支部|机关|街道办事处|街道|社区|[村居]委会|常委会|管委会|开发区|(?:课题|编写|调研|开发|创作|撰写|写作|教研|案例)组|编辑部|出版社|委|部|处|站|队|镇|乡|村|县|区|市|"
    r"(?:[一二三四五六七八九十]|组织|宣传|干部|人事|综合|业务|党建|案管|信访)科|[一二三四五六七八九十]{1,2}[中小]|附[中小]|外国语学校|职校|技校|警校|(?:[区县市省州]委|党委|政府|街道|[镇乡])[\u4e00-\u9fff]{0,10}办|(?:文明|综治|党建|政法|信访|扶贫|网信|防汛|巡察|双拥|编)办|"
    r"(?:调查|审查|检查|审理|监察|监督|管理|教研|政研|督查|信访|案件|档案|党风|政工|工作|编辑|指导)室|专班|工作组|党组|党总支|直属总支|机关党委|海关|边检|[残文侨]联|科协|社科联|工商联|计生协|红十字会|[县市区省国]政协|人大|供销社|(?:经济|专业)合作社|联社|[分支]行|林场|监狱|讲师团|学会|研究会|基金会|促进会|商会|慈善总会|公益会|"
    r"(?:监察|检查|检察|纪检|派驻|巡察|巡视|督查|督导|联络)组|[巡督][察查视]办|报社|电视台|广播台|(?:档案|图书|文化|博物|纪念|展览|党史|美术|科技)馆)"
)
# Names are looked at in plain characters: what is known of them holds for text in traditional ones as well.
_PLAIN = str.maketrans(
    "黨學校縣區鎮鄉處廳辦會聯網團體醫銀業機關訓練單陳張劉趙楊黃吳鄭馮蔣韓許呂嚴華陶謝鄒蘇範魯韋馬鳳賀湯羅畢郝齊蕭賈婁顏鍾駱"
    "蘆莊喬陰龍葉蔔賴鄧萬盧莫經幹應單龐紀項藍閔麥錢孫與師貿書電視臺報設廣衛課題組審檢務級職農員縣執筆",
    "党学校县区镇乡处厅办会联网团体医银业机关训练单陈张刘赵杨黄吴郑冯蒋韩许吕严华陶谢邹苏范鲁韦马凤贺汤罗毕郝齐萧贾娄颜钟骆"
    "芦庄乔阴龙叶卜赖邓万卢莫经干应单庞纪项蓝闵麦钱孙与师贸书电视台报设广卫课题组审检务级职农员县执笔",
)
# Small figures that were typed as such: 王芳²
RAISED = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹⁎", "123456789*")
_INSTITUTION = re.compile(rf"^[{_HAN}A-Za-z0-9（）()·、\s]{{2,40}}{_BODY}(?:[（(][^）)]{{1,20}}[）)])?$")
_OFFICE = re.compile(
    r"(?:委员会|党校|大学|学院|人民政府|纪委|监委|组织部|宣传部|法院|检察院|研究院|公司|集团|出版社)(?:[（(][^）)]{1,20}[）)])?$"
)
_SURNAMES = set(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓"
    "郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫"
    "宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉"
    "宰郦雍却璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧"
    "殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公岳帅缑亢况郈有琴商牟佘佴伯"
    "赏墨哈谯笪年爱阳佟肖闫覃苟付兰代丛涂隋芦迟苑晋区谌鄢揭冼丘辜邸畅亓仝漆官原栗楚占尧"
)
_COMPOUND = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "长孙",
    "宇文",
    "司徒",
    "夏侯",
    "端木",
)
_LABEL = re.compile(
    # The first of them also begin sentences: labels before a colon only.
    r"^(?:主要|第一|案例|项目|本文|课题|(?:第[二三四五]|其[他它]|共同|合作?|通[讯信])(?=作者))?(?P<label>(?:(?:编写|撰写|撰稿|创作|开发|研发)(?:人员|团队|者|人|组)|"
    r"(?:课题|案例|项目|编写|创作|开发)?[组队]?成员|主创(?:人员|团队)?|整理人?|[报选]送|[投来]稿)(?=\s*[:：])|作者单位|作者姓名|作者|撰稿人?|执笔人?|撰文|编写者?|撰写人?|设计人|设计者|授课人|授课教师|主讲教师|主讲人|执教(?:者|人|教师)?|备课人|主备人?|"
    r"承担人|申\s*[报请]\s*[人者]|(?:项目)?负责人|教师|(?:学员|学生|教师)?姓\s*名|供稿单位|供稿人?|(?:报送|推荐|申报|所在|工作|选送|完成|授课|编写|设计|承办|撰写|撰稿|牵头|主办|组织|教学)单位|所在学院|单位|学校|来源)"
    r"\s*[:：]?\s*"
)
_RANK = re.compile(
    r"(?:高级|正高级|一级|二级|三级|四级|特级|助理|常务)?(?:副?(?:教授|研究员|主任|校长|院长|书记|部长|科长|处长|局长|组长|所长|馆长)|讲师|助教|调研员|主任科员|科员|干部|教师|老师|"
    r"博士|硕士|研究生|工程师|秘书)(?:委员)?$"
)
_GIVEN = re.compile(r"(?<=.{3})(?:供稿|报送|选送|提供|推荐|撰稿|整理)$")
_PERSON_LABELS = (
    "作者",
    "撰",
    "执",
    "编写",
    "创作",
    "开发",
    "研发",
    "课题",
    "案例",
    "项目",
    "成员",
    "主创",
    "整理",
    "设计",
    "授课",
    "主讲",
    "承担",
    "申",
    "负责",
    "教师",
    "姓名",
    "供稿",
    "备课",
    "主备",
)
# Offices stand behind these as often as people.
_EITHER_LABELS = ("撰", "执", "编写", "供稿", "整理")
_PLACES = frozenset(
    "北京 天津 河北 山西 辽宁 吉林 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 "
    "宁夏 新疆 内蒙古 黑龙江 香港 澳门 台湾 广州 深圳 杭州 南京 武汉 成都 西安 苏州 宁波 温州 长沙 郑州 济南 青岛 合肥 福州 厦门 昆明 贵阳 兰州 "
    "石家庄 太原 沈阳 大连 长春 南昌 南宁 海口 银川 西宁 拉萨 语文 数学 英语 物理 化学 生物 历史 地理 政治 音乐 美术 体育 高中 初中 小学 文科 理科".split()
)
# Words that end like the name of an office and name none.
_NO_OFFICE = re.compile(
    r"(?:[新格布结大全开困破僵变棋时残定]局|[深好到实远难用之高短长妙]处|[全内局干]部|场所|为中心|[家回返下还故]乡|乡村|小[院镇]|大院|庭院|城市|都市)$"
)
# Labels of forms that read like offices or people.
_FIELD_NAME = re.compile(
    r"^(?:所在|申报|推荐|报送|作者|工作|责任|承办|主办|指导|供稿|选送|培养|合作|参赛|授课|使用|填报|依托|学生|本人|任职|实践|承担|组织)?"
    r"(?:学院|单位|部门|院系|系部|学校|处室|科室|机构|院校|基地|系所)$"
)
_NOT_PEOPLE = frozenset(
    "姓名 教师签名 申请者 申请人 负责人 申请书 申请表 申报书 申报表 "
    "方向 年月 日期 盖章 签字 签名 单位 学院 时间 成员 组长 经费 金额 单价 程序 章程 成绩 年级 班级 应用 方法 方案 关键 经验 和谐 温度 高度 "
    "水平 安全 平台 于是 从而 全部 都是 强化 支部 党员 党建 党课 党章 党史 常委 常态 文件 文化 文明 方针 明确 时代 毛病 水利 江河 解决 解读 计划 谈话 通知 通报 "
    "通过 公开 公示 公平 农村 农业 农民 任务 任命 查处 查办 国家 贺信 祝贺 元旦 贝壳 幸福 双方 乐观 安排 康养 向上 步骤 危机 危险 车辆 包装 管理 管委 管护 "
    "相关 全面 全体 全国 全省 全市 全县 宣传 宣讲 宁静 封面 封底 金融 金额 方式 路径 路线 高效 高中 高校 曾经 曲线 周期 周围 周末 "
    "通讯员 代表 代表团 代理 代办 代价 兰州 区委 区里 区内 区域 区块链 "
    "谢谢 简介 简报 简历 简述 简析 简评 简明 "
    "原因 原则 原来 原料 原文 官方 官兵 官员 栗子 楚国 占地 占比 晋升 晋级 丛书 丛林 涂料 丘陵 漆黑 畅通 畅谈 畅享 尧舜 揭牌 揭榜 揭示 揭秘 辜负".split()
)
_DATE = re.compile(r"^[（(]?[\d〇○零一二三四五六七八九十]{4}\s*[年./-]|更新[:：]")


_PARTICULAR = re.compile(
    r"^[（(].*[）)]$|^(?:\S{2,6}[:：\s]+)?[\d〇○零一二三四五六七八九]{4}\s*年[\d一二三四五六七八九十\s年月日]*$|^最近更新"
    r"|^(?:作者|设计者|撰稿|执笔|授课人|日期|时间|(?:学生|学员|教师)?姓\s?名|学\s?号|专\s?业|班\s?级|年\s?级|院\s?系|系\s?别|职\s?[务称]|日\s?期"
    r"|指导(?:教师|老师)|完成(?:时间|日期)|联系电话|(?:案例|文件|稿件|投稿|作品|论文)?编\s?号|保?密\s?级|(?:案例|稿件|作品)?(?:类\s?[型别]|分类)|(?:中图)?分类号|字\s?数)[:：\s]|^\W*$"
    r"|^\S{1,12}\s*[〔［\[（(【]\s*\d{4}\s*[〕］\]）)】]\s*(?:第\s*)?\d+\s*号$"
)
_FRONT = re.compile(
    r".*[:：][\s_]*$|.*_{4,}|^附\s*[件表录]\s*[\d一二三四五六七八九十]*$|^填[表写报]?(?:表|写)?(?:须知|说明|要求)$"
    r"|^[-—…·.．\s]*[密装]\s*[封订]\s*线.{0,20}$"
)

_MADE_BY = re.compile(r"^(.{4,30}?)\s*(?:[编印监]?制|印)$")
_CORNER = re.compile(r"^(?:\d{6}|(?:绝密|机密|秘密)(?:★.{0,8})?|特\s*急|加\s*急|签发人[:：].*)$")


def is_particular(text: str) -> bool:
    """True for a date, a document number, a remark in brackets, a label such as 作者：they stand by a title.

    So does the name of the office that made a form, 某县委组织部制.
    """
    made = _MADE_BY.match(text)
    return bool(_PARTICULAR.match(text)) or (made is not None and is_institution(made.group(1)))


def is_front_line(text: str) -> bool:
    """True for what stands above a title and is not it: particulars, fields to fill in, 附件1, a red head, 某发〔2024〕3号."""
    return is_particular(text) or bool(_FRONT.match(text)) or _is_masthead(text)


def _is_masthead(text: str) -> bool:
    """True for the red head of an official letter, 中共青禾县委党校文件, and the marks of rank in its corners."""
    names = re.split(r"\s+", text.removesuffix("文件").strip()) if text.endswith("文件") else []
    return (bool(names) and all(is_institution(name) for name in names)) or bool(_CORNER.match(text))


def is_remark(text: str) -> bool:
    """True for a remark of the editors that stands above a title: 【编者按】…, 导读：…"""
    return bool(
        re.match(r"^[【\[〖（(]?\s*(?:编\s*者\s*按|编者的话|按\s*语|导\s*[读语言])\s*[】\]〗）):：]\s*\S", text)
    )


# What a title or a sentence says and the name of an office does not, though it may end in 村, 厅 or 中心.
_SAYING = re.compile(
    r"^(?:从|把|让|向|以|用|谁|如何|怎样|为|给|走[进向]|打造|建设|推[动进行]|构建|探索|实施|绘就|擦亮|点亮|激活|破解|筑牢|架起|织密|聚焦|坚持|深化|强化)"
    r"|[将把被让请了着您]|引领|赋能|助力|[改办变建]成|成为|走[访进]|拿出|搬进|开[到进]|[一二三四五六七八九十百\d]个|(?<![第\d])\d{2,}"
)


def is_institution(text: str) -> bool:
    """True when ``text`` reads as the name of an office, school or place and nothing else."""
    text = text.strip().translate(_PLAIN)
    if re.fullmatch(r"[（(\[【].*[）)\]】]", text):
        text = text[1:-1].strip()
    if _FIELD_NAME.match(text) or text.startswith(("各", "本")) or _NO_OFFICE.search(text):
        return False
    return (
        bool(_INSTITUTION.match(text)) and not re.search(r"[，。；：！？《》“”]|的", text) and not _SAYING.search(text)
    )


def is_office(text: str) -> bool:
    """True for an institution by a word that titles do not end in: 大学, 党校, 委员会 and the like, unlike 院 or 厅."""
    return is_institution(text) and bool(_OFFICE.search(text.strip()))


def is_person(text: str) -> bool:
    """True when ``text`` reads as a Chinese personal name (letter-spaced two-character names included)."""
    name = _DOTS.sub("·", re.sub(r"\s", "", text).translate(_PLAIN))
    if "·" in name:  # 阿卜杜热依木·买买提吐尔逊
        return bool(re.fullmatch(rf"[{_HAN}]{{1,10}}(?:·[{_HAN}]{{1,10}}){{1,3}}", name))
    if not re.fullmatch(rf"[{_HAN}]{{2,8}}", name) or name in _PLACES or name in _NOT_PEOPLE:
        return False
    if name[:2] in _COMPOUND:
        return 3 <= len(name) <= 4
    return len(name) <= 3 and name[0] in _SURNAMES and not is_institution(name)


def is_dated(text: str) -> bool:
    """True for a date, or for the remark of when a page was renewed."""
    return bool(_DATE.search(text))


# Who leads a project is named so, and so is who chairs a meeting or leads a talk: only with a name behind it, and not
# beside who takes the minutes.
_LED_BY = re.compile(r"(?:^|(?<=[\s\u3000；;，,]))(?:课题|项目|案例|本文|团队)?\s*主\s*持\s*人?\s*[:：]\s*")
_MEETING = re.compile(r"(?:记录|出席|列席|参会|与会|缺席|地点|议题)\S{0,3}\s*[:：]")
# Who guided or judged a text did not write it.
_NOT_AUTHORS = re.compile(r"^(?:指导|评阅|答辩|辅导|审核|审稿|责任编辑|校对|联系)\S{0,4}[:：\s]")


@lru_cache(maxsize=8192)
def is_byline(text: str) -> bool:
    """True when a line under a title names units or people, or is a subtitle's dash or a date."""
    text = _close_up(text)
    if not text:
        return False
    if text.startswith(("——", "—", "--")) or _DATE.search(text) or _LABEL.match(text):
        return True
    units, people = split_byline(text)
    if people and _LED_BY.match(text):
        return True
    if units and re.match(r"^[（(].{4,60}[）)]$", text):
        return True
    named = sum(len(name) for name in (*units, *people))
    return named >= 0.6 * len(re.sub(r"[、，,；;/|｜\s（()）:：]", "", text)) and named > 0


def is_credit_label(text: str) -> bool:
    """True for the label of a place in a form that names who wrote it or for which unit: 作者, 申报单位, 学校."""
    return bool(_LABEL.fullmatch(text.strip()))


def split_byline(text: str) -> tuple[list[str], list[str]]:
    """Return (units, people) named in a line such as ``江北县委党校  王某、李某`` or ``作者：王某（县委党校）``."""
    units: list[str] = []
    people: list[str] = []
    if _NOT_AUTHORS.match(text.strip()):
        return units, people
    text = _close_up(text)
    if not _MEETING.search(text):
        text = _LED_BY.sub("\t", text).strip()
    text = re.sub(rf"[，,；;]\s*[{_HAN}]{{2,8}}\s*\d{{6}}(?!\d)", "", text)  # a place and its postcode
    text = re.sub(r"(?<=[（(])\s*作者[系为是]\s*|^作者[系为是]\s*", "", text)
    for chunk in _chunks(text):
        found = _LABEL.match(chunk.translate(_PLAIN))
        label = found.group("label") if found and len(found.group(0)) < len(chunk) else ""
        rest = chunk[len(found.group(0)) :].strip() if label and found else chunk
        for name in re.split(r"[、，,；;/\s]+", rest):
            if name.endswith(("：", ":")) and not _LABEL.match(name.translate(_PLAIN)):
                continue  # the label of a field, 原学校：
            if (own := _LABEL.match(name.translate(_PLAIN))) and own.group(0).rstrip().endswith((":", "：")):
                label, name = own.group("label"), name[own.end() :]  # 作者：王某，单位：某县委党校
            bare = _GIVEN.sub("", _DOTS.sub("·", name).strip("（）()[]【】:：◎●■◆·—–-*＊①②③④⑤⑥"))
            bare = re.sub(rf"^\d\s*[.．、]\s*|(?<=[{_HAN}])\d(?:[,，]\d)*$", "", bare)
            if not bare or bare.isdecimal():
                continue
            if is_person(bare) or (
                label.startswith(_PERSON_LABELS)
                and not label.endswith("单位")
                and not (label.startswith(_EITHER_LABELS) and len(bare) > 3 and is_institution(bare))
                and re.fullmatch(rf"[{_HAN}]{{2,4}}|[{_HAN}]+(?:·[{_HAN}]+)+", bare)
                and bare not in _NOT_PEOPLE
            ):
                people.append(bare)
            elif is_institution(office := _RANK.sub("", bare)):
                units.append(office)
    return units, people


# A label whose characters are set apart, 作 者：张 敏　　单 位：…
_SPACED_LABEL = re.compile(
    r"(?:作\s+者|单\s+位|姓\s+名|学\s+校|来\s+源|[撰供]\s+稿|执\s+笔|(?:[撰供]\s*稿|执\s*笔|授\s*课|主\s*讲|负\s*责|设\s*计)\s+[人者])(?=\s*[:：])"
)


def _close_up(text: str) -> str:
    """Return a byline with its labels closed up, each behind a gap, and raised figures as plain ones."""
    return _SPACED_LABEL.sub(lambda label: "\t" + re.sub(r"\s", "", label.group()), text.translate(RAISED)).strip()


# A name whose characters are set apart, 陆 怀 山 or 王　伟.
_SPACED = re.compile(rf"(?<![{_HAN}])[{_HAN}](?:[ \u3000]{{1,3}}[{_HAN}]){{1,2}}(?![{_HAN}])")


def _chunks(text: str) -> list[str]:
    """Cut a byline at wide gaps, brackets and bars; join letter-spaced names first."""
    text = _SPACED.sub(lambda name: re.sub(r"\s", "", name.group()), text)
    return [chunk.strip() for chunk in re.split(r"[（()）|｜\t]|[ \u3000]{2,}", text) if chunk.strip()]
