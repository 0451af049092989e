import type { SocialStrings } from './social-strings.ts';
import { plural } from './strings.ts';

/** Arabic, for the views around people. */
export const arSocial: SocialStrings = {
  requests: 'الطلبات',
  requestsNone: 'لا توجد طلبات.',
  requestsHint: 'من أشخاص لم تكتب إليهم من قبل. لن يعرفوا أنك قرأت حتى تقبل.',
  archive: 'الأرشيف',
  archiveNone: 'الأرشيف فارغ.',

  requestPerson: 'لم تتراسلا من قبل.',
  requestGuest: 'ضيف بلا حساب.',
  requestHint: (name) => `لن يرى ${name} أنك قرأت هذا إلا إذا قبلت. وبعد ذلك تُفتح الملفات.`,
  acceptRequest: 'قبول',
  block: 'حظر',
  blockNamed: (name) => `حظر ${name}`,
  blockConfirm: (name) => `هل تريد حظر ${name}؟ لن تصلك رسائله بعد الآن، ولن يُخبَر بذلك.`,
  unblock: 'إلغاء الحظر',
  unblockNamed: (name) => `إلغاء حظر ${name}`,
  youBlocked: (name) => `لقد حظرت ${name}.`,
  youBlockedText: 'ما يُرسَل الآن لا يصلك، حتى بعد إلغاء الحظر.',

  pin: 'تثبيت في الأعلى',
  pinText: 'تبقى المحادثة فوق غيرها في قائمتك.',
  archiveChat: 'أرشفة',
  archiveText: 'تغادر المحادثة قائمتك ولا تنبّهك إلا إذا ذُكرت فيها.',
  deleteChat: 'حذف المحادثة',
  deleteChatConfirm: 'هل تريد حذف كل رسائل هذه المحادثة من أجهزتك؟ يحتفظ الآخرون بنسخهم.',

  privacy: 'الخصوصية',
  privacyText: 'ما لا تُخبر به الآخرين لا تراه منهم أيضًا.',
  tellTyping: 'الكتابة',
  tellTypingText: 'يرى الآخرون متى تكتب إليهم.',
  tellPresence: 'حالة الاتصال',
  tellPresenceText: 'يرى من تشاركهم محادثة إن كنت متصلًا.',
  tellReceipts: 'إيصالات القراءة',
  tellReceiptsText: 'يرى الآخرون ما قرأته. يبقى «سُلِّمت» ظاهرًا لأن الخادم يعرفه.',
  blockedPeople: 'المحظورون',
  blockedNone: 'لم تحظر أحدًا.',

  checkPerson: (name) => `تأكّد أنه ${name}`,
  checkText: (name) =>
    `امسح الرمز على شاشة ${name}، أو اقرآ الرقم أحدكما للآخر في مكالمة. إن كان واحدًا لدى الطرفين فلدى كلٍّ منكما مفاتيح الآخر.`,
  codeFor: (name) => `رمزك لأجل ${name}`,
  numbers: 'رقم الأمان',
  numbersMatch: 'الأرقام متطابقة',
  numbersDiffer: 'مختلفة',
  scanCode: 'مسح رمز',
  scanning: 'وجّه الكاميرا إلى الرمز على الشاشة الأخرى.',
  stopScanning: 'إيقاف المسح',
  noCamera: 'لا توجد كاميرا هنا. اقرآ الرقم أحدكما للآخر بدلًا من ذلك.',
  otherCode: (name) => `ليس هذا هو الرمز الذي يعرضه ${name} لك. امسح الرمز المخصّص لك على شاشته.`,
  matches: (name) => `إنه ${name}`,
  matchesText: 'المفاتيح متطابقة لدى الطرفين، وأجهزتك الأخرى تعرف ذلك.',
  differs: 'لا ترسل شيئًا خاصًا',
  differsText: (name) =>
    `المفاتيح غير متطابقة. إمّا أن ${name} بدأ من جديد ويرى رقمًا قديمًا، أو أن أحدًا بينكما. أغلقا هذه الصفحة وافتحاها من جديد، فإن بقيت الأرقام مختلفة فتحدّثا بطريقة أخرى.`,
  verifiedText: (name) => `لقد قارنت المفاتيح مع ${name}.`,
  clearVerification: 'انسَ أنني تحقّقت',
  verifiedBefore: (name) => `كنت قد تحقّقت من ${name}، وتغيّرت المفاتيح`,
  verifiedBeforeText: (name) =>
    `لا يُرسَل شيء قبل أن تقارن من جديد. ربما بدأ ${name} على جهاز جديد. إن لم تكن تتوقّع ذلك فاسأله بطريقة أخرى.`,
  compareAgain: 'تحقّق الآن',
  requestCount: (count) =>
    plural('ar', count, {
      zero: 'لا طلبات',
      one: 'طلب واحد',
      two: 'طلبان',
      few: '# طلبات',
      many: '# طلبًا',
      other: '# طلب',
    }),
  archivedCount: (count) =>
    plural('ar', count, {
      zero: 'لا محادثات مؤرشفة',
      one: 'محادثة مؤرشفة',
      two: 'محادثتان مؤرشفتان',
      few: '# محادثات مؤرشفة',
      many: '# محادثة مؤرشفة',
      other: '# محادثة مؤرشفة',
    }),
  blockedMessage: (name) => `رسالة من ${name}، وقد حظرته`,
  showBlocked: 'إظهار',
  devicesAdded: (count, name) => `لدى ${name} ${newDevices(count)}`,
  ownDevicesAdded: (count, names) => `في حسابك ${newDevices(count)}${names === null ? '' : `: ${names}`}`,
  devicesRemoved: (count, name) =>
    `${name ?? 'حسابك'}: ${plural('ar', count, {
      one: 'جهاز لم يعد يقرأ ما يُرسل هنا',
      two: 'جهازان لم يعودا يقرآن ما يُرسل هنا',
      few: '# أجهزة لم تعد تقرأ ما يُرسل هنا',
      many: '# جهازًا لم تعد تقرأ ما يُرسل هنا',
      other: '# جهاز لم تعد تقرأ ما يُرسل هنا',
    })}`,
  devicesRejoined: (count, name) =>
    `${name ?? 'حسابك'}: ${plural('ar', count, {
      one: 'جهاز عاد إلى هنا بمفاتيح جديدة',
      two: 'جهازان عادا إلى هنا بمفاتيح جديدة',
      few: '# أجهزة عادت إلى هنا بمفاتيح جديدة',
      many: '# جهازًا عادت إلى هنا بمفاتيح جديدة',
      other: '# جهاز عادت إلى هنا بمفاتيح جديدة',
    })}`,
  moreLines: (count) =>
    plural('ar', count, {
      zero: 'لا شيء آخر',
      one: 'واحد آخر',
      two: 'اثنان آخران',
      few: '# أخرى',
      many: '# آخر',
      other: '# أخرى',
    }),
  verifiedSign: 'تم التحقق',
  changedSign: 'تغيّرت المفاتيح',
};

function newDevices(count: number): string {
  return plural('ar', count, {
    one: 'جهاز جديد',
    two: 'جهازان جديدان',
    few: '# أجهزة جديدة',
    many: '# جهازًا جديدًا',
    other: '# جهاز جديد',
  });
}
